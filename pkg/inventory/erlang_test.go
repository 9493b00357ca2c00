package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// An application of a release is a package by the file that compiling it leaves; what else is called *.app is none.
func TestErlangReleases(t *testing.T) {
	t.Parallel()
	const stdlib = `%% This is an -*- erlang -*- file.
%% Copyright
{application, stdlib,
 [{description, "ERTS  CXC 138 10"},
  {vsn, "5.2.3"},
  {modules, [array,
	     base64]},
  {registered,[timer_server,rsh_starter]},
  {applications, [kernel]},
  {env, []},
  {runtime_dependencies, ["sasl-3.0","kernel-9.0","@OTP-18570@"]}]}.
`
	inv := take(t, []imagetest.File{
		file("app/lib/cowboy-2.9.0/ebin/cowboy.app", `{application,cowboy,[{description,"Small, fast HTTP server."},{vsn,"2.9.0"},{modules,['cowboy','cowboy_app']},{registered,[cowboy_sup]},{applications,[kernel,stdlib]},{env,[]}]}.`),
		file("app/lib/stdlib-5.2.3/ebin/stdlib.app", stdlib),
		file("Applications/Mail.app", "nothing of Erlang"),
	}, []imagetest.File{file("app/lib/.wh.cowboy-2.9.0", "")})
	want := []string{
		"erlang-otp cowboy 2.9.0 layer 0 shadowed /app/lib/cowboy-2.9.0/ebin/cowboy.app",
		"erlang-otp stdlib 5.2.3 layer 0 visible /app/lib/stdlib-5.2.3/ebin/stdlib.app",
	}
	if diff := cmp.Diff(want, describe(inv)); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(inv.Unreadable)+len(inv.Unread) > 0 {
		t.Errorf("gaps %+v, %+v, want none", inv.Unreadable, inv.Unread)
	}
}
