package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/registrytest"
)

// paged answers the questions for lists from names, as one kind of registry does.
type paged struct {
	field string
	names []string
	limit int  // the most names of an answer; 0 for all that were asked for
	link  bool // says where the next page is
	whole bool // knows no pages
}

func (p paged) answer(w http.ResponseWriter, r *http.Request) bool {
	if !strings.HasSuffix(r.URL.Path, "/tags/list") && r.URL.Path != "/v2/_catalog" {
		return false
	}
	query := r.URL.Query()
	names, n := p.names, p.limit
	if last := query.Get("last"); last != "" && !p.whole {
		i, _ := slices.BinarySearch(names, last+"\x00")
		names = names[i:]
	}
	if asked, err := strconv.Atoi(query.Get("n")); err == nil {
		if p.limit > 0 && asked > p.limit {
			w.WriteHeader(http.StatusBadRequest)
			return true
		}
		n = asked
	}
	if n > 0 && n < len(names) && !p.whole {
		names = names[:n]
		if p.link {
			w.Header().Set("Link", fmt.Sprintf(`<%s?n=%d&last=%s>; rel="next"`, r.URL.Path, n, names[n-1]))
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{p.field: names})
	return true
}

// However a registry cuts its lists, nothing of them is left out.
func TestListsAreWhole(t *testing.T) {
	t.Parallel()
	names := make([]string, 2345)
	for i := range names {
		names[i] = fmt.Sprintf("n%04d", i)
	}
	tests := []struct {
		name string
		paged
	}{
		{"pages and links", paged{names: names, link: true}},
		{"pages without links", paged{names: names}},
		{"as many as a page without links", paged{names: names[:1000]}},
		{"twice as many without links", paged{names: names[:2000]}},
		{"a lower limit", paged{names: names, limit: 100, link: true}},
		{"no pages", paged{names: names, whole: true}},
		{"few", paged{names: names[:3]}},
		{"none", paged{names: []string{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, field := range []string{"tags", "repositories"} {
				tt.field = field
				server := start(t, registrytest.Config{Answer: tt.answer})
				got, err := listed(t, server, field)
				if err != nil || !slices.Equal(got, tt.names) {
					t.Errorf("of %d %s, %d were listed, %v", len(tt.names), field, len(got), err)
				}
			}
		})
	}
}

func listed(t *testing.T, server *registrytest.Server, field string) ([]string, error) {
	t.Helper()
	c := client(t)
	if field == "tags" {
		return c.Tags(context.Background(), server.Host+"/app")
	}
	list, err := c.Repositories(context.Background(), server.Host)
	for i := range list {
		list[i] = strings.TrimPrefix(list[i], server.Host+"/")
	}
	return list, err
}

// A list that has no end, or leads elsewhere, is none.
func TestListsFail(t *testing.T) {
	t.Parallel()
	answer := func(link, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/tags/list") {
				return false
			}
			if link != "" {
				w.Header().Set("Link", strings.Replace(link, "HOST", r.Host, 1))
			}
			fmt.Fprint(w, body)
			return true
		}
	}
	for _, tt := range []struct{ name, link, body, want string }{
		{"the same page", `</v2/app/tags/list?n=1000>; rel="next"`, `{"tags":["a"]}`, "is the same"},
		{"another registry", `<http://elsewhere.example/v2/app/tags/list>; rel="next"`, `{"tags":["a"]}`, "the next page is at http://elsewhere.example"},
		{"the same registry by another scheme", `<https://HOST/v2/app/tags/list?last=a>; rel="next"`, `{"tags":["a"]}`, "the next page is at https://"},
		{"no list", "", `{"tags":5}`, "the list is not valid"},
		{"another object", "", `{}`, "the list is not valid: it has no tags"},
		{"nothing", "", `null`, "the list is not valid: it has no tags"},
		{"no JSON", "", `<html>`, "the list is not valid"},
		{"a huge page", "", `{"tags":["` + strings.Repeat("a", 33<<20) + `"]}`, "more than 33554432 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: answer(tt.link, tt.body)})
			if got, err := client(t).Tags(context.Background(), server.Host+"/app"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Tags() = %q, %v, want an error with %q", got, err, tt.want)
			}
		})
	}
}

// A repository without tags may have a list that does not say them.
func TestListOfNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"name":"app"}`, `{"tags":null}`, `{"name":"app","tags":[]}`} {
		server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			is := strings.HasSuffix(r.URL.Path, "/tags/list")
			if is {
				fmt.Fprint(w, body)
			}
			return is
		}})
		if got, err := client(t).Tags(context.Background(), server.Host+"/app"); err != nil || len(got) > 0 {
			t.Errorf("Tags() of %s = %q, %v, want none", body, got, err)
		}
	}
}

// However a registry writes where the next page is, it is read, or the list is none.
func TestListsGoOn(t *testing.T) {
	t.Parallel()
	const next = "/v2/app/tags/list?last=a"
	for _, tt := range []struct{ name, link, want string }{
		{"as most write it", `<` + next + `>; rel="next"`, "a b"},
		{"without quotes or blanks", `<` + next + `>;rel=next`, "a b"},
		{"in other quotes", `<` + next + `>; rel='next'`, "a b"},
		{"a parameter in capitals", `<` + next + `>; REL="next"`, "a b"},
		{"a relation in capitals", `<` + next + `>; rel="NEXT"`, "a b"},
		{"several relations", `<` + next + `>; rel="last next"`, "a b"},
		{"blanks around the sign", `<` + next + `> ; rel = "next" `, "a b"},
		{"behind other parameters", `<` + next + `>; title="a, b; \"c\" <d>"; crossorigin; ; rel="next"`, "a b"},
		{"behind other links", `</v2/app>; rel="up", ,</v2/app/first>,<` + next + `>; rel="next"`, "a b"},
		{"a comma, a semicolon and an equals sign in the address", `<` + next + `,b;rel=c>; rel="next"`, "a b"},
		{"a relative address", `<list?last=a>; rel="next"`, "a b"},
		{"a letter in an escape", `<` + next + `>; rel="ne\xt"`, "a b"},
		{"a title that is called so", `<` + next + `>; title="next"`, "a"},
		{"no relation", `<` + next + `>`, "a"},
		{"another relation", `<` + next + `>; rel="prev"; rel="next"; title="; rel=next"`, "a"},
		{"an empty header", ` , `, "a"},
		{"without angle brackets", next + `; rel="next"`, "cannot be read: a target"},
		{"an address that does not begin", next + `>; rel="next"`, "cannot be read: a target"},
		{"text behind a parameter without a value", `<` + next + `>; crossorigin none; rel="next"`, "cannot be read: something else"},
		{"an address that does not end", `<` + next + `; rel="next"`, "cannot be read: a target"},
		{"no link", "garbage", "cannot be read: a target"},
		{"no link behind one", `</v2/app>; rel="up", garbage`, "cannot be read: a target"},
		{"a value that does not end", `<` + next + `>; rel="next`, "cannot be read: a value in quotes does not end"},
		{"a value that ends with an escape", `<` + next + `>; rel="next\`, "cannot be read: a value in quotes does not end"},
		{"words without quotes", `<` + next + `>; rel=last next`, "cannot be read: something else"},
		{"text behind a value", `<` + next + `>; rel="next"s`, "cannot be read: something else"},
		{"text behind the address", `<` + next + `> rel="next"`, "cannot be read: something else"},
		{"an address that is none", `<http://[>; rel="next"`, "does not say where the next page is: parse"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case !strings.HasSuffix(r.URL.Path, "/tags/list"):
					return false
				case strings.Contains(r.URL.RawQuery, "last="): // Query knows no semicolons
					fmt.Fprint(w, `{"tags":["b"]}`)
				default:
					w.Header().Set("Link", tt.link)
					fmt.Fprint(w, `{"tags":["a"]}`)
				}
				return true
			}})
			got, err := client(t).Tags(context.Background(), server.Host+"/app")
			if strings.Join(got, " ") != tt.want && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Tags() = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// Who may not be asked for a number of names may not be asked at all.
func TestListsRefused(t *testing.T) {
	t.Parallel()
	asked := 0
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/tags/list") {
			return false
		}
		asked++
		w.WriteHeader(http.StatusBadRequest)
		return true
	}})
	if got, err := client(t).Tags(context.Background(), server.Host+"/app"); err == nil || asked != 2 {
		t.Errorf("Tags() = %q, %v after %d requests, want an error after 2", got, err, asked)
	}
}
