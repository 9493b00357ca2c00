package inventory

import (
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// scriptLibrary is a version of a package of npm.
type scriptLibrary struct{ name, version string }

// scriptText is what a library is known by: a text with its version as the group.
type scriptText struct {
	name string // npm's
	text *regex.Regex
	mark string // of code: what stands near to the text; empty for comments
}

// saidBy is the text of a comment behind its first word, as plainComment gives it. In it and in that of writtenIn, <v> stands for a version.
func saidBy(name, text string) scriptText {
	return scriptText{name: name, text: withVersion(`^` + text)}
}

// writtenIn is a text of code.
func writtenIn(name, mark, text string) scriptText {
	return scriptText{name: name, text: withVersion(text), mark: mark}
}

func withVersion(text string) *regex.Regex {
	const version = `(\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z.]+)?)`
	return regex.New(strings.ReplaceAll(text, "<v>", version))
}

// scriptBanners are the comments by which libraries name themselves, by their first word. Plugins and other libraries begin likewise, and are none of these.
var scriptBanners = map[string][]scriptText{
	"angular":                    {saidBy("@angular/core", ` v<v>\n\(c\)`)},
	"angularjs":                  {saidBy("angular", ` v<v>\n\(c\)`)},
	"axios":                      {saidBy("axios", ` v<v> (?:\||Copyright)`)},
	"backbone.js":                {saidBy("backbone", ` <v>(?:\n|$)`)},
	"bootstrap":                  {saidBy("bootstrap", `(?: [a-z]+\.js)? v<v> \(http`)},
	"bootstrap.js":               {saidBy("bootstrap", ` v<v> by @fat`)},
	"browser":                    {saidBy("nunjucks", ` bundle of nunjucks <v>`)},
	"chart.js":                   {saidBy("chart.js", ` v<v>\n`), saidBy("chart.js", `\nhttps?://(?:www\.)?chartjs\.org/?\nVersion: <v>`)},
	"copyright":                  {saidBy("tinymce", ` \(c\) Tiny Technologies(?s:.*)\nVersion: <v> \(`)},
	"core-js":                    {saidBy("core-js", ` <v>\nhttps://github\.com/zloirock`)},
	"cryptojs":                   {saidBy("crypto-js", ` v<v>\ncode\.google\.com`)},
	"datatables":                 {saidBy("datatables.net", ` <v>\n`)},
	"dompurify":                  {saidBy("dompurify", ` <v> \|`)}, // older ones name a version that is not theirs
	"froala_editor":              {saidBy("froala-editor", ` v<v> \(`)},
	"handlebars":                 {saidBy("handlebars", ` v<v>(?:\n|$)`)},
	"highlight.js":               {saidBy("highlight.js", ` v<v> (?:\||\(git)`)},
	"https://d3js.org":           {saidBy("d3", ` (?:v|Version )<v>\.? Copyright`)},
	"https://d3js.org/d3-color/": {saidBy("d3-color", ` v<v> Copyright`)},
	"jquery": {
		saidBy("jquery", `(?: JavaScript Library)? v<v>(?: [|(-]|\n|$)`),
		saidBy("jquery-ui", ` UI(?: \w+)*(?: -)? v?<v>(?: |\n|$)`),
		saidBy("jquery-migrate", ` Migrate (?:- )?v<v>(?: |\n|$)`),
		saidBy("jquery-validation", ` Validation Plugin (?:- )?v?<v>(?: |\n|$)`),
	},
	"js-yaml":        {saidBy("js-yaml", ` <v> https://github\.com/nodeca`)},
	"jspdf":          {saidBy("jspdf", ` - PDF Document creation from JavaScript\nVersion <v>`)},
	"jsrsasign(all)": {saidBy("jsrsasign", ` <v> \(`)},
	"knockout":       {saidBy("knockout", ` JavaScript library v<v>`)},
	"leaflet":        {saidBy("leaflet", ` <v>(?:\+[0-9A-Za-z.]+)?, a JS library`)},
	// Its functions, which are packages themselves, say that they are built by modularize.
	"lo-dash":     {saidBy("lodash", ` v?<v>`+lodashEnd)},
	"lodash":      {saidBy("lodash", ` v?<v>`+lodashEnd)},
	"markdown-it": {saidBy("markdown-it", ` <v> https?://github\.com/`)},
	"marked":      {saidBy("marked", ` v<v> - a markdown`)},
	"moment.js":   {saidBy("moment", `\nversion : <v>`)},
	"plotly.js":   {saidBy("plotly.js", ` (?:\([^)\n]*\) )?v<v>\n`)},
	"quill":       {saidBy("quill", ` Editor v<v>\n`)},
	"react": {
		saidBy("react-dom", ` v<v>\nreact-dom(?:-[\w-]+)?\.`),
		saidBy("react", ` v<v>\nreact\.`),
	},
	"requirejs":     {saidBy("requirejs", ` <v> Copyright`)},
	"select2":       {saidBy("select2", ` <v>(?: \||\n)`)},
	"showdown":      {saidBy("showdown", ` v ?<v> - `)},
	"socket.io":     {saidBy("socket.io-client", ` v<v>\n\(c\)`)},
	"swiper":        {saidBy("swiper", ` <v>\n`)},
	"tinymce":       {saidBy("tinymce", ` version <v>`)},
	"uaparser.js":   {saidBy("ua-parser-js", ` v<v>\n`)},
	"underscore.js": {saidBy("underscore", ` <v>\nhttps?://underscorejs\.org`)},
	"video.js":      {saidBy("video.js", ` <v> <https?://`)},
	"vim:":          {saidBy("requirejs", `[^\n]*\n@license RequireJS <v> Copyright`)},
	"vue":           {saidBy("vue", ` v<v>\n\(c\)`)},
	"vue.js":        {saidBy("vue", ` v<v>\n\(c\)`)},
}

// lodashEnd is what may follow the version of the whole library.
const lodashEnd = `(?: <http| \||\n|$| \(Custom Build\) [^\n]*\nBuild: .lodash (?:-|compat|core|legacy|mobile|modern|strict|underscore))`

// scriptCode is code that says which version of a library it is, where bundlers dropped the comment.
var scriptCode = []scriptText{
	writtenIn("ckeditor4", "window.CKEDITOR=function", `timestamp:"\w*",version:"<v>(?: [^"]*)?"`),
	writtenIn("core-js", "zloirock.ru", `version:\s*["']<v>["'],\s*mode:[^,]{1,60},\s*copyright:`),
	writtenIn("lodash", "Lodash <https://lodash.com/>", `Lodash <https://lodash\.com/>(?s:.{0,800}?)\bVERSION = ["']<v>["']`),
	writtenIn("lodash", `"bind bindKey curry`, `\bVERSION="<v>",[\w$]+\("bind `),
	writtenIn("lodash", `"pop join replace`, `\bVERSION="<v>",[\w$]+\("pop `), // its core alone
	writtenIn("lodash", `"bind","bindKey",`, `\bVERSION="<v>",[\w$]+\(\["bind"`),
	writtenIn("moment", "hooks.version", `\bhooks\.version = ["']<v>["']`),
	writtenIn("moment", `"isBefore"`, `\.version="<v>",(?:.{0,120})"isBefore"`),
	writtenIn("pdfjs-dist", "GetDocRequest", `apiVersion:\s*["']<v>["']`),
	writtenIn("react-dom", "rendererPackageName", `\bversion:\s*["']<v>["'],\s*rendererPackageName:\s*["']react-dom["']`),
	writtenIn("xlsx", "make_xlsx_lib", `make_xlsx_lib\(\w+\)\s*\{(?s:.{0,40})\.version\s*=\s*["']<v>["']`),
}
