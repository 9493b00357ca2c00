package track

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/forge"
)

// workItemType is that of the items which are opened. Every process of Azure Boards has it.
const workItemType = "Task"

// maxItems is how many work items are asked for at once.
const maxItems = 200

// AzureBoards keeps work items of a project of Azure DevOps. It is for one goroutine.
type AzureBoards struct {
	*forge.AzureDevOps
	project string             // address of its API
	states  map[string][]state // that were asked for, by the type of work items
}

// NewAzureBoards makes a tracker of the work items of a project, by its name or id.
func NewAzureBoards(cfg forge.Config, project string) (*AzureBoards, error) {
	if project == "" {
		return nil, errors.New("no project of Azure DevOps is named")
	}
	cfg.Remedy = "let the build service of the project edit work items in its area (Edit work items in this node, Create tag definition), and give the job's token: $(System.AccessToken)"
	of, err := forge.NewAzureDevOps(cfg)
	if err != nil {
		return nil, err
	}
	return &AzureBoards{of, of.Collection + url.PathEscape(project) + "/_apis/wit/", map[string][]state{}}, nil
}

// workItem is one as the API has it.
type workItem struct {
	ID, Rev int64
	Fields  struct {
		State       string `json:"System.State"`
		Type        string `json:"System.WorkItemType"`
		Description string `json:"System.Description"`
		CreatedBy   struct {
			ID string
		} `json:"System.CreatedBy"`
	}
}

func (z *AzureBoards) find(ctx context.Context) (map[string]written, error) {
	var found struct{ WorkItems []struct{ ID int64 } }
	query := fmt.Sprintf("SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS '%s' ORDER BY [System.Id]", label)
	if err := z.Call(ctx, http.MethodPost, z.project+"wiql?api-version="+forge.AzureVersion, map[string]string{"query": query}, &found); err != nil {
		return nil, err
	}
	if len(found.WorkItems) == 0 {
		return nil, nil
	}
	me, err := z.Me(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]written{}
	for some := range slices.Chunk(found.WorkItems, maxItems) {
		var ids []string
		for _, i := range some {
			ids = append(ids, fmt.Sprint(i.ID))
		}
		var items struct{ Value []workItem }
		address := fmt.Sprintf("%sworkitems?ids=%s&fields=System.State,System.WorkItemType,System.Description,System.CreatedBy&api-version=%s", z.project, strings.Join(ids, ","), forge.AzureVersion)
		if err := z.Call(ctx, http.MethodGet, address, nil, &items); err != nil {
			return nil, err
		}
		if err := z.keep(ctx, out, items.Value, me); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// keep adds those items that are ours.
func (z *AzureBoards) keep(ctx context.Context, out map[string]written, items []workItem, me string) error {
	for _, i := range items {
		// The marker is the last thing that we wrote: nothing of an image stands behind it.
		text := i.Fields.Description
		repository, fingerprint, ok := readMarker(text[max(strings.LastIndex(text, "layergate audit "), 0):])
		if !ok || !strings.EqualFold(i.Fields.CreatedBy.ID, me) {
			continue
		}
		closed, err := z.isClosed(ctx, i)
		if err != nil {
			return err
		}
		w := written{number: i.ID, open: !closed, fingerprint: fingerprint, body: text, revision: i.Rev, kind: i.Fields.Type}
		if w.prefer(out[repository]) {
			out[repository] = w
		}
	}
	return nil
}

// state is one that items of a type may have.
type state struct{ Name, Category string }

// statesOf asks once which states a type has.
func (z *AzureBoards) statesOf(ctx context.Context, kind string) ([]state, error) {
	if known, ok := z.states[kind]; ok {
		return known, nil
	}
	var answer struct{ States []state }
	if err := z.Call(ctx, http.MethodGet, z.project+"workitemtypes/"+url.PathEscape(kind)+"?api-version="+forge.AzureVersion, nil, &answer); err != nil {
		return nil, err
	}
	z.states[kind] = answer.States
	return answer.States, nil
}

func (z *AzureBoards) isClosed(ctx context.Context, i workItem) (bool, error) {
	states, err := z.statesOf(ctx, i.Fields.Type)
	return slices.ContainsFunc(states, func(s state) bool {
		return s.Name == i.Fields.State && (s.Category == "Completed" || s.Category == "Removed")
	}), err
}

// firstState is the first state of one of the categories, in their order.
func (z *AzureBoards) firstState(ctx context.Context, kind string, categories ...string) (string, error) {
	states, err := z.statesOf(ctx, kind)
	if err != nil {
		return "", err
	}
	for _, c := range categories {
		if at := slices.IndexFunc(states, func(s state) bool { return s.Category == c }); at >= 0 {
			return states[at].Name, nil
		}
	}
	return "", fmt.Errorf("work items of the type %s have no state of the category %s", kind, strings.Join(categories, " or "))
}

// text is the body and the marker. Azure Boards keeps no comments of HTML.
func (z *AzureBoards) text(t ticket) string {
	return t.body + "\n<p><code>" + t.marker() + "</code></p>"
}

func field(name string, value any) forge.Operation {
	return forge.Operation{Op: "add", Path: "/fields/System." + name, Value: value}
}

func (z *AzureBoards) create(ctx context.Context, t ticket) (int64, error) {
	var made workItem
	patch := forge.Patch{field("Title", t.title), field("Description", z.text(t)), field("Tags", label)}
	err := z.Call(ctx, http.MethodPost, z.project+"workitems/$"+workItemType+"?api-version="+forge.AzureVersion, patch, &made)
	return made.ID, err
}

func (z *AzureBoards) update(ctx context.Context, w written, t ticket, note string) error {
	patch := forge.Patch{field("Title", t.title), field("Description", z.text(t))}
	if !w.open {
		again, err := z.firstState(ctx, w.kind, "Proposed", "InProgress")
		if err != nil {
			return err
		}
		patch = append(patch, field("State", again))
	}
	return z.edit(ctx, w, patch, note)
}

func (z *AzureBoards) close(ctx context.Context, w written, note string) error {
	done, err := z.firstState(ctx, w.kind, "Completed")
	if err != nil {
		return err
	}
	return z.edit(ctx, w, forge.Patch{field("State", done)}, note)
}

// edit changes the revision that was read, and none that somebody made since.
func (z *AzureBoards) edit(ctx context.Context, w written, patch forge.Patch, note string) error {
	patch = append(forge.Patch{{Op: "test", Path: "/rev", Value: w.revision}}, patch...)
	if note != "" {
		patch = append(patch, field("History", note))
	}
	return z.Call(ctx, http.MethodPatch, fmt.Sprintf("%sworkitems/%d?api-version=%s", z.project, w.number, forge.AzureVersion), patch, nil)
}
