package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
)

// verifyFlags are the flags of verify that are no inputs.
type verifyFlags struct {
	policy  string
	rematch bool
}

func (c *command) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "verify REFERENCE --key FILE", Short: "Say whether an image in a registry has a verdict that clears it",
		Long: "Verify asks the registry for the verdicts that layergate gate attached to an image, and says whether one clears it: signed with one of " +
			"the keys, by the verifier, about this digest and this repository, and where that is asked not too old and by this policy.\n" +
			"With --rematch it matches the attached SBOM with today's advisories where the verdict is too old or by another policy. One that is only too old then " +
			"clears the image if nothing blocks today.\n" +
			"It ends with exit code 1 where nothing clears the image.",
		Example: "  layergate verify registry.example/team/app:1.2 --key gate.pub\n" +
			"  layergate verify registry.example/team/app:1.2 --key gate.pub --max-age 7d --policy .layergate.yaml --rematch",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.Request(errors.New("verify needs the reference of one image in a registry"), "see layergate verify --help")
			}
			return c.verify(cmd, strings.TrimPrefix(args[0], "registry:"), f)
		},
	}
	addFlags(cmd.Flags(), checkCommand, verdictInputs()...)
	cmd.Flags().StringVar(&f.policy, "policy", "", "the policy file by which it has to be; off for the strictest policy, and empty for any")
	cmd.Flags().BoolVar(&f.rematch, "rematch", false, "where the verdict is too old or by another policy, match the SBOM that it names with today's advisories, and judge what is found by --policy")
	cmd.Flags().BoolVar(&c.json, "json", false, "print JSON")
	addFlags(cmd.Flags(), gateCommand, slices.Concat(registryFlags(), []string{"registry-username", "registry-password"}, rematchFlags())...)
	return cmd
}

// verify prints what the verdicts about an image say.
func (c *command) verify(cmd *cobra.Command, ref string, f verifyFlags) error {
	ctx := cmd.Context()
	in, err := c.flags(cmd)
	if err != nil {
		return err
	}
	terms, by, err := c.terms(ctx, in, f)
	if err != nil {
		return err
	}
	client, err := c.client(in, access{read: []string{ref}})
	if err != nil {
		return err
	}
	image, attached, err := readAttached(ctx, client, ref)
	if err != nil {
		return err
	}
	out := verification{Image: image.Name + "@" + image.Digests[0], Verification: attest.Verify(terms, image, attached)}
	if named := imageref.Split(ref); named.Digest != "" {
		out.passedOver = named.Tag
	}
	if f.rematch && !out.Cleared && out.Verdict != nil {
		if err := c.rematch(ctx, in, &out, rematchOf{terms: terms, policy: by, image: image, attached: attached}); err != nil {
			return err
		}
	}
	if !out.Cleared {
		c.exit = exitBlocked
	}
	if c.json {
		err = c.printJSON(out)
	} else {
		err = out.write(c.stdout, terms.Now)
	}
	if err != nil {
		return fmt.Errorf("writing the verification: %w", err)
	}
	return nil
}

// terms are what the flags ask of a verdict, and the policy that they name; zero for none.
func (c *command) terms(ctx context.Context, in *input.Values, f verifyFlags) (out attest.Terms, by policy.Policy, err error) {
	if f.rematch && f.policy == "" {
		return out, by, fault.Request(errors.New("--rematch judges by the policy of today, and --policy names none"), "name the policy file with --policy, or the strictest policy with --policy off")
	}
	if len(in.List("key")) == 0 {
		return out, by, fault.Request(errors.New("verify needs a key to trust"), nameKey())
	}
	if out, err = verdictTerms(in, time.Now()); err != nil {
		return out, by, err
	}
	if f.policy != "" {
		if by, err = findPolicy(f.policy, ".", c.fetchPolicy(ctx, in, access{read: []string{""}})); err != nil {
			return out, by, err
		}
		out.Policy = by.Digest()
	}
	return out, by, nil
}

// readAttached asks the registry which image a reference leads to, and what is attached to it.
func readAttached(ctx context.Context, client *registry.Client, ref string) (attest.Image, []attest.Attachment, error) {
	repo, err := client.Image(ref)
	if err != nil {
		return attest.Image{}, nil, err
	}
	root, err := repo.Root(ctx)
	if err != nil {
		return attest.Image{}, nil, err
	}
	attached, err := repo.Attached(ctx, root.Digest.String())
	if err != nil {
		return attest.Image{}, nil, fmt.Errorf("looking for the verdicts about %s: %w", ref, err)
	}
	name, _, _ := strings.Cut(ref, "@")
	return attest.Image{Name: name, Digests: []string{root.Digest.String()}}, attached, nil
}

// verification is what verify prints.
type verification struct {
	Image string `json:"image"` // its reference, with the digest
	attest.Verification
	Rematch *rematch `json:"rematch,omitempty"` // nil where none was made

	passedOver string // the tag of a reference that has a digest besides; may be empty
}

// write prints it for people.
func (v verification) write(w io.Writer, now time.Time) error {
	var b strings.Builder
	row := func(title, format string, args ...any) {
		fmt.Fprintf(&b, "%-11s %s\n", title, report.TerminalText(fmt.Sprintf(format, args...)))
	}
	if v.Cleared {
		row("cleared", "%s", v.Image)
	} else {
		row("NOT CLEARED", "%s", v.Image)
	}
	if tag := v.passedOver; tag != "" {
		row("note", "the digest decides, and where the tag %s leads was not looked up", tag)
	}
	for _, r := range v.Reasons {
		row("because", "%s", r)
	}
	v.Rematch.write(v.Cleared, row)
	if v.Verdict != nil {
		v.writeVerdict(row, now)
	}
	if !v.Cleared {
		row("way out", "let the gate judge it again: layergate gate registry:%s --push %s --sign-key KEY", v.Image, strings.Split(v.Image, "@")[0])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v verification) writeVerdict(row func(title, format string, args ...any), now time.Time) {
	of := v.Verdict
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(of.Verifier.Version)) {
		versions = append(versions, name+" "+of.Verifier.Version[name])
	}
	row("verified", "%s, %s", of.TimeVerified.UTC().Format(time.RFC3339), humanize.RelTime(of.TimeVerified, now, "ago", "from now"))
	row("verifier", "%s (%s)", of.Verifier.ID, strings.Join(versions, ", "))
	row("signed by", "%s", strings.Join(v.SignedBy, ", "))
	row("pushed to", "%s", of.ResourceURI)
	row("policy", "%s, %s", of.Policy.URI, of.Policy.Digest)
	row("level", "%s", strings.Join(of.VerifiedLevels, ", "))
	row("database", "built %s, %s", of.Database.Built, of.Database.Checksum)
	if own := of.Database.OwnAdvisories; own != "" {
		row("advisories", "own ones, %s", own)
	}
	n := of.Coverage
	row("packages", "%d", n.Packages)
	row("findings", "%d waived, %d tolerated, %d reported; none blocked", n.Waived, n.Tolerated, n.Reported)
	if len(n.Gaps) > 0 {
		row("gaps", "%s", strings.Join(n.Gaps, ", "))
	}
	for _, e := range of.Exceptions {
		row("exception", "%s (%s, until %s): %s", strings.TrimSpace(e.ID+" "+e.Package), e.Owner, strings.TrimSpace(e.Expires+" "+e.Until), e.Reason)
	}
}
