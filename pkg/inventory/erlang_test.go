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

// The settings of an application may be any terms, and what is broken is a gap.
func TestErlangTerms(t *testing.T) {
	t.Parallel()
	const plain = `{application,a,[{vsn,"1.0"}]}.`
	tests := []struct{ name, app string }{
		{"a map", `{application,a,[{vsn,"1.0"},{env,[{h,#{}},{i,#{k => "v", <<"b">> => [1]}}]}]}.`},
		{"a binary", `{application,a,[{env,[{b,<<"x">>},{c,<<1,2:16/little>>},{d,<<>>}]},{vsn,"1.0"}]}.`},
		{"characters", `{application,a,[{env,[$a,$",$\\,$},$\x{41},$\^c,$ ,$%]},{vsn,"1.0"}]}.`},
		{"texts with escapes", `{application,a,[{description,"a \"b\" \\"},{vsn,"1.0"}]}.`},
		{"quoted atoms", `{'application','a',[{'vsn',"1.0"},{env,[{'it\'s',1}]}]}.`},
		{"comments", "% } \"\n{application, % [\n a,[%x\r\n{vsn,%y\n\"1.0\"}]}. % z"},
		{"sigils", "{application,a,[{env,[~\"x\", ~s(\"), ~S[\\], ~b'x', ~`}`]},{vsn,\"1.0\"}]}."},
		{"a text of lines", "{application,a,[{description,\"\"\"\n  a \" } \n  \"\"\"},{vsn,\"1.0\"}]}."},
		{"numbers and functions", `{application,a,[{env,[-1.5e10,16#ff,fun lists:map/2,[a|b]]},{vsn,"1.0"}]}.`},
		{"a version in two texts", `{application,a,[{vsn,"1" ".0"}]}.`},
		{"a version among the settings", `{application,a,[{env,[{vsn,"2.0"},[{vsn,"3.0"}]]},{vsn,"1.0"}]}.`},
		{"another term behind it", plain + `{application,b,[{vsn,"2.0"}]}.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{file("lib/a-1.0/ebin/a.app", tt.app)})
			if diff := cmp.Diff([]string{"erlang-otp a 1.0 layer 0 visible /lib/a-1.0/ebin/a.app"}, describe(inv)); diff != "" || len(inv.Unreadable) > 0 {
				t.Errorf("packages (-want +got):\n%s\ngaps %+v", diff, inv.Unreadable)
			}
		})
	}
	if inv := take(t, []imagetest.File{file("lib/a-1.0/ebin/a.app", " % nothing\n")}); len(inv.Unreadable)+len(inv.Packages) > 0 {
		t.Errorf("of an empty file: packages %v, gaps %+v", describe(inv), inv.Unreadable)
	}
	for _, broken := range []string{`{application,a,[{vsn,"1.0"}`, `{application,a,[{vsn,"1.0"}}}.`, `{application,a,[{vsn,"1.0"]}.`, `{application,a,[{vsn,"1.0}]}.`, `{application,a,[{env,[~x]},{vsn,"1.0"}]}.`, `{app,a,[{vsn,"1.0"}]}.`, `{application,a,[{vsn,"1\""}]}.`} {
		if inv := take(t, []imagetest.File{file("lib/a-1.0/ebin/a.app", broken)}); len(inv.Unreadable) != 1 || len(inv.Packages) > 0 {
			t.Errorf("%s: packages %v, gaps %+v, want a gap", broken, describe(inv), inv.Unreadable)
		}
	}
}

// An archive of applications, as plugins of RabbitMQ are and what escript runs, has those that lie in it.
func TestErlangArchives(t *testing.T) {
	t.Parallel()
	plugin := jar(t, "cowboy-2.9.0/ebin/cowboy.app", `{application,cowboy,[{vsn,"2.9.0"},{env,[{h,#{}}]}]}.`, "cowboy-2.9.0/ebin/cowboy.beam", "FOR1", "x/Mail.app", "text")
	inv := take(t, []imagetest.File{file("plugins/cowboy-2.9.0.ez", plugin), {Name: "bin/tool", Mode: 0o755, Body: "#!/usr/bin/env escript\n%%\n%%! -escript main tool\n" + plugin}})
	want := []string{
		"erlang-otp cowboy 2.9.0 layer 0 visible /bin/tool",
		"erlang-otp cowboy 2.9.0 layer 0 visible /plugins/cowboy-2.9.0.ez",
	}
	if diff := cmp.Diff(want, describe(inv)); diff != "" || len(inv.Unreadable) > 0 {
		t.Errorf("packages (-want +got):\n%s\ngaps %+v", diff, inv.Unreadable)
	}
}

// What mix escript.build makes has all applications in one directory, and an archive of modules without an application is named.
func TestErlangScripts(t *testing.T) {
	t.Parallel()
	script := func(members ...string) string {
		return "#!/usr/bin/env escript\n%% x\n%%! -escript main tool\n" + jar(t, members...)
	}
	app := func(name string) string { return "{application," + name + `,[{vsn,"1.0.0"},{env,[{a,#{}}]}]}.` }
	inv := take(t, []imagetest.File{
		{Name: "bin/mix", Mode: 0o755, Body: script("tool.app", app("tool"), "jason.app", app("jason"), "Elixir.Jason.beam", "FOR1")},
		{Name: "bin/nameless", Mode: 0o755, Body: script("tool.beam", "FOR1")},
		{Name: "bin/one", Mode: 0o755, Body: "#!/usr/bin/env escript\n%% x\nFOR1\x00\x00\x00\x10BEAM"},
		{Name: "bin/source", Mode: 0o755, Body: "#!/usr/bin/env escript\nmain(_) -> ok.\n"},
		file("opt/Mail.zip", jar(t, "Mail.app", "nothing of Erlang", "x/tool.beam", "FOR1", "x/tool.app", app("other"))),
	})
	want := []string{
		"erlang-otp jason 1.0.0 layer 0 visible /bin/mix", "erlang-otp other 1.0.0 layer 0 visible /opt/Mail.zip", "erlang-otp tool 1.0.0 layer 0 visible /bin/mix",
	}
	if diff := cmp.Diff(want, describe(inv)); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	var got []string
	for _, gap := range inv.Unidentified {
		got = append(got, gap.Path)
	}
	if diff := cmp.Diff([]string{"/bin/nameless", "/bin/one"}, got); diff != "" || len(inv.Unreadable)+len(inv.Unread) > 0 {
		t.Errorf("Unidentified (-want +got):\n%s\nUnreadable and Unread: %v, %v", diff, inv.Unreadable, inv.Unread)
	}
}
