package ci

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/layergate/layergate/pkg/fault"
)

const (
	tokenAnswerLimit = 1 << 20 // more bytes than any answer with a token has
	messageLimit     = 500     // how much of the message of a refusal is shown, in UTF-16 units
)

// connectionToken asks Azure DevOps for a token that says which service connection the job uses. Its audience is always
// that of Entra's token exchange.
func (z *azure) connectionToken(e endpoint) IDTokenSource {
	return func(ctx context.Context, client *http.Client) (string, error) {
		fail := func(err error, hint string) (string, error) {
			return "", fault.WithHint(fmt.Errorf("%s: asking Azure DevOps for a token of the service connection %q: %w", e.input, e.id, err), hint)
		}
		address := z.env.Getenv("SYSTEM_OIDCREQUESTURI")
		if address == "" {
			return fail(ErrNoIDToken, "workload identity federation needs Azure DevOps Services, or a server and an agent that know it: SYSTEM_OIDCREQUESTURI is not set")
		}
		bearer, err := z.jobToken()
		if err != nil {
			return fail(err, "run Layergate as the task, or map System.AccessToken to the variable SYSTEM_ACCESSTOKEN of the step")
		}
		token, err := requestToken(ctx, client, address, e.id, bearer)
		if err != nil {
			return fail(err, "see that the pipeline is authorised to use the connection, and that its job still runs: a job's token ends with it")
		}
		z.Mask(token)
		return token, nil
	}
}

func requestToken(ctx context.Context, client *http.Client, address, connection, bearer string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("SYSTEM_OIDCREQUESTURI is not a valid URL")
	}
	query := u.Query()
	query.Set("api-version", "7.1")
	query.Set("serviceConnectionId", connection)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return "", errors.New("SYSTEM_OIDCREQUESTURI is not a valid URL")
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-TFS-FedAuthRedirect", "Suppress") // a refusal is to say so, and not to lead to a page for signing in
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, tokenAnswerLimit))
	if err != nil {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	var answer struct {
		Token   string `json:"oidcToken"`
		Message string `json:"message"` // of a refusal
	}
	// What is no JSON is a proxy's or a sign-in page, and says nothing to a reader.
	parsed := json.Unmarshal(body, &answer) == nil
	switch {
	case resp.StatusCode != http.StatusOK && answer.Message != "":
		return "", fmt.Errorf("it answered %s: %s", resp.Status, shorten(answer.Message, messageLimit))
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("it answered %s", resp.Status)
	case !parsed || answer.Token == "":
		return "", errors.New("its answer holds no token")
	}
	return answer.Token, nil
}
