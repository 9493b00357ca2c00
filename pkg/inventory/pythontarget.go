package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/natural"
)

// This file finds what pip installed into a directory of the project's own (pip install --target) where the records were deleted: there nothing
// but the code itself tells a library from the project's modules.

// pythonLibraries are files by which libraries are known that many images have: no module of another name has them.
var pythonLibraries = setOf(`
aiohttp/client_reqrep.py anyio/lowlevel.py asgiref/sync.py attr/_make.py babel/localedata.py boto3/session.py botocore/credentials.py bs4/dammit.py celery/bootsteps.py
certifi/core.py cffi/cparser.py chardet/universaldetector.py charset_normalizer/cd.py click/decorators.py cryptography/fernet.py dateutil/relativedelta.py django/apps/registry.py
docutils/nodes.py fastapi/routing.py flask/blueprints.py gevent/hub.py google/protobuf/descriptor.py grpc/_channel.py gunicorn/arbiter.py h11/_connection.py html5lib/html5parser.py
httplib2/socks.py httpx/_client.py idna/idnadata.py itsdangerous/signer.py jinja2/environment.py jmespath/lexer.py jsonschema/validators.py jwt/api_jwt.py kombu/messaging.py
lxml/ElementInclude.py markdown/blockprocessors.py markupsafe/_native.py matplotlib/pyplot.py multidict/_multidict_py.py numpy/version.py openai/_client.py OpenSSL/SSL.py packaging/specifiers.py
pandas/_typing.py paramiko/transport.py PIL/Image.py pip/__pip-runner__.py psutil/_common.py psycopg2/extensions.py pyasn1/debug.py pycparser/c_parser.py pydantic/main.py pygments/lexer.py
pymongo/mongo_client.py pymysql/connections.py pytz/tzinfo.py redis/sentinel.py requests/sessions.py rsa/pkcs1.py s3transfer/manager.py setuptools/build_meta.py simplejson/decoder.py
sklearn/base.py soupsieve/css_parser.py sqlalchemy/engine/base.py sqlparse/lexer.py starlette/routing.py torch/serialization.py tornado/ioloop.py tqdm/std.py transformers/modeling_utils.py
twisted/internet/base.py urllib3/poolmanager.py uvicorn/config.py websocket/_core.py werkzeug/exceptions.py wrapt/decorators.py yaml/resolver.py yarl/_url.py
`)

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// pythonLibrary is the directory of a library that a file is known by, outside of where Python and Node have installed packages.
func pythonLibrary(name string) (string, bool) {
	source, ok := strings.CutSuffix(strings.TrimSuffix(name, "c"), ".py")
	if !ok || isModulePath(name) {
		return "", false
	}
	for at, depth := path.Dir(source), 0; depth < 2; at, depth = path.Dir(at), depth+1 {
		if pythonLibraries[strings.TrimPrefix(source+".py", strings.TrimSuffix(path.Dir(at), "/")+"/")] {
			return at, true
		}
	}
	return "", false
}

// unrecorded are libraries of Python without a record, by the files that they are known by.
type unrecorded map[string]layerfs.File

// consider takes up a file that shows one.
func (u unrecorded) consider(f layerfs.File) {
	if at, ok := pythonLibrary(f.Path); ok {
		u[at] = f
	}
}

// gaps names the directories with libraries that are neither a part of what has a record nor brought by a distribution. What lies in a directory below is
// mostly what one of them has copied.
func (u unrecorded) gaps(s *scan, claimed map[string]bool, unsure map[string][]string, all []*occurrences) []Gap {
	called := map[string]string{}
	for at, f := range u {
		if isClaimed(claimed, at) || mayBeOf(unsure[path.Dir(at)], at) {
			delete(u, at)
			continue
		}
		called[f.Path] = path.Base(at)
	}
	brought := s.brought(called, all)
	in := map[string][]string{}
	since := map[string]int{}
	for at, f := range u {
		if !brought[f.Path] {
			dir := path.Dir(at)
			if first, ok := since[dir]; !ok || f.Layer < first {
				since[dir] = f.Layer
			}
			in[dir] = append(in[dir], path.Base(at))
		}
	}
	var out []Gap
	for _, dir := range slices.SortedFunc(maps.Keys(in), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }) {
		if slices.ContainsFunc(out, func(g Gap) bool { return strings.HasPrefix(dir, strings.TrimSuffix(g.Path, "/")+"/") }) {
			continue
		}
		slices.Sort(in[dir])
		out = append(out, Gap{Path: dir, Layer: since[dir], Reason: fmt.Sprintf("it holds packages of Python, and no record there says which versions: %s", natural.Enumerate(in[dir]))})
	}
	return out
}

// isClaimed tells whether a module, or one that it lies in, is one of a package with a record.
func isClaimed(claimed map[string]bool, at string) bool {
	for ; at != "/" && at != "."; at = path.Dir(at) {
		if claimed[stem(at)] {
			return true
		}
	}
	return false
}
