package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Libraries of JavaScript are known by what they say of themselves, and what says something of another library is not that.
func TestLibrariesIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		script string
		want   string // with a space between libraries
	}{
		{"/*! jQuery v3.4.1 | (c) JS Foundation and other contributors | jquery.org/license */", "jquery@3.4.1"},
		{"/*!\n * jQuery JavaScript Library v1.7\n * http://jquery.com/\n */", "jquery@1.7.0"},
		{"/*! jQuery v3.4.1 -ajax,-ajax/jsonp | (c) */", "jquery@3.4.1"},
		{"/*! jQuery UI - v1.12.1 - 2016-09-14\n* http://jqueryui.com", "jquery-ui@1.12.1"},
		{"/*!\n * jQuery UI Core 1.11.4\n * http://jqueryui.com", "jquery-ui@1.11.4"},
		{"/*! jQuery Migrate v3.0.0 | (c) */", "jquery-migrate@3.0.0"},
		{"/*! jQuery Validation Plugin - v1.19.0 - 11/28/2018", "jquery-validation@1.19.0"},
		{"/**\n * @license\n * Lodash <https://lodash.com/>\n * Copyright\n */\n;(function() {\n  var undefined;\n  var VERSION = '4.17.15';", "lodash@4.17.15"},
		{`}),An.VERSION="4.17.15",r("bind bindKey curry".split(" ")`, "lodash@4.17.15"},
		{`,Un.VERSION="4.17.15",xt(["bind","bindKey","curry"`, "lodash@4.17.15"},
		{`,o.VERSION="4.17.15",mn("pop join replace reverse"`, "lodash@4.17.15"},
		{"/**\n * @license\n * lodash 3.10.1 (Custom Build) <https://lodash.com/>\n * Build: `lodash compat -o ./lodash.js`\n", "lodash@3.10.1"},
		{"/*! lodash v4.17.15 */", "lodash@4.17.15"},
		{"//! moment.js\n//! version : 2.10.6\n//! authors", "moment@2.10.6"},
		{"//! moment.js\n\n    hooks.version = '2.24.0';", "moment@2.24.0"},
		{`}),c.version="2.24.0",e=bt,c.fn=mn,c.min=function(){return Wt("isBefore",[].slice`, "moment@2.24.0"},
		{"/*!\n * Vue.js v2.6.10\n * (c) 2014-2019 Evan You", "vue@2.6.10"},
		{"/**\n* vue v3.4.21\n* (c) 2018-present", "vue@3.4.21"},
		{"/** @license React v16.8.6\n * react.production.min.js\n *\n", "react@16.8.6"},
		{"/** @license React v16.8.6\n * react-dom-server.browser.production.min.js\n *\n", "react-dom@16.8.6"},
		{`bundleType:0,version:"18.2.0",rendererPackageName:"react-dom"`, "react-dom@18.2.0"},
		{"/**\n * @license AngularJS v1.7.8\n * (c) 2010-2018 Google", "angular@1.7.8"},
		{"/*\n AngularJS v1.7.8\n (c) 2010-2018 Google", "angular@1.7.8"},
		{"/**\n * @license Angular v8.2.14\n * (c) 2010-2019 Google", "@angular/core@8.2.14"},
		{"/*!\n  * Bootstrap v4.3.1 (https://getbootstrap.com/)", "bootstrap@4.3.1"},
		{"/*!\n  * Bootstrap carousel.js v4.3.1 (https://getbootstrap.com/)", "bootstrap@4.3.1"},
		{"/**\n* bootstrap.js v3.0.0 by @fat and @mdo", "bootstrap@3.0.0"},
		{"/**!\n\n @license\n handlebars v4.1.2\n\nCopyright", "handlebars@4.1.2"},
		{"// https://d3js.org v5.9.2 Copyright 2019", "d3@5.9.2"},
		{"// https://d3js.org Version 4.0.0. Copyright 2016", "d3@4.0.0"},
		{"// https://d3js.org/d3-color/ v1.4.0 Copyright 2019", "d3-color@1.4.0"},
		{"//     Underscore.js 1.9.1\n//     http://underscorejs.org\n", "underscore@1.9.1"},
		{"//     Backbone.js 1.3.3\n\n//     (c) 2010", "backbone@1.3.3"},
		{`push({version:"3.6.5",mode:n?"pure":"global",copyright:"© 2020 Denis Pushkarev (zloirock.ru)"})`, "core-js@3.6.5"},
		{"/**\n * core-js 3.6.5\n * https://github.com/zloirock/core-js\n", "core-js@3.6.5"},
		{"/* axios v0.21.0 | (c) 2020 by", "axios@0.21.0"},
		{"// Axios v1.6.0 Copyright (c) 2023", "axios@1.6.0"},
		{"/*! @license DOMPurify 2.3.0 | (c) Cure53", "dompurify@2.3.0"},
		{"/*!\n * Knockout JavaScript library v3.4.2\n", "knockout@3.4.2"},
		{"/*!\n * Chart.js v2.9.3\n * https://www.chartjs.org", "chart.js@2.9.3"},
		{"/*!\n * Chart.js\n * http://chartjs.org/\n * Version: 2.7.1\n", "chart.js@2.7.1"},
		{"/*! Select2 4.0.6-rc.1 | https://github.com/select2", "select2@4.0.6-rc.1"},
		{"/*!\n DataTables 1.10.20\n ©2008-2019", "datatables.net@1.10.20"},
		{"/** vim: et:ts=4:sw=4:sts=4\n * @license RequireJS 2.3.6 Copyright", "requirejs@2.3.6"},
		{"/*\n RequireJS 2.1.22 Copyright (c)", "requirejs@2.1.22"},
		{"/*!\n * UAParser.js v0.7.20\n * Lightweight", "ua-parser-js@0.7.20"},
		{"/*! highlight.js v9.12.0 | BSD3", "highlight.js@9.12.0"},
		{"/*!\n  Highlight.js v11.5.0 (git: 7a62552656)", "highlight.js@11.5.0"},
		{"/**\n * @license\n * Video.js 7.6.0 <http://videojs.com/>", "video.js@7.6.0"},
		{"/**\n * Copyright (c) Tiny Technologies, Inc. All rights reserved.\n * Licensed under the LGPL.\n *\n * Version: 5.10.0 (2021-10-11)\n", "tinymce@5.10.0"},
		{"/**\n * TinyMCE version 6.0.0 (2022-03-03)\n", "tinymce@6.0.0"},
		{"/* @preserve\n * Leaflet 1.5.1+build.2e3e0ff, a JS library", "leaflet@1.5.1"},
		{"/**\n * Swiper 4.5.0\n * Most modern", "swiper@4.5.0"},
		{"/*!\n * Quill Editor v1.3.6\n * https://quilljs.com/", "quill@1.3.6"},
		{"/*! showdown v 1.9.1 - 02-11-2019 */", "showdown@1.9.1"},
		{"/**\n * marked v4.0.10 - a markdown parser\n", "marked@4.0.10"},
		{"/*!\n * Socket.IO v4.4.0\n * (c) 2014-2021", "socket.io-client@4.4.0"},
		{"/**\n* plotly.js (basic - minified) v1.58.4\n* Copyright", "plotly.js@1.58.4"},
		{"/** @license\n *\n * jsPDF - PDF Document creation from JavaScript\n * Version 2.3.0 Built on", "jspdf@2.3.0"},
		{"/*! Browser bundle of nunjucks 3.2.0 */", "nunjucks@3.2.0"},
		{"/*\n * jsrsasign(all) 10.5.24 (2022-06-04)", "jsrsasign@10.5.24"},
		{"/*\nCryptoJS v3.1.2\ncode.google.com/p/crypto-js", "crypto-js@3.1.2"},
		{"/*! markdown-it 8.4.2 https://github.com//markdown-it/markdown-it @license MIT */", "markdown-it@8.4.2"},
		{"/*! js-yaml 3.13.0 https://github.com/nodeca/js-yaml */", "js-yaml@3.13.0"},
		{"/*!\n * froala_editor v2.9.1 (https://", "froala-editor@2.9.1"},
		{`window.CKEDITOR||(window.CKEDITOR=function(){var a=/x/,b={timestamp:"K24B",version:"4.14.0 (Standard)",revision:"x"`, "ckeditor4@4.14.0"},
		{`sendWithPromise("GetDocRequest",{docId:n,apiVersion:"2.2.228",source`, "pdfjs-dist@2.2.228"},
		{`function make_xlsx_lib(e){e.version="0.18.5";`, "xlsx@0.18.5"},
		{"a=1;/*! jQuery v3.4.1 | (c) */b=2;/*! jQuery v3.4.1 | (c) */\n/*!\n * Vue.js v2.6.10\n * (c) 2014", "jquery@3.4.1 vue@2.6.10"},

		{"/*! jQuery v3.x required */ /* jQuery v1.7+ */ /* jQuery v1.9.1 or later */", ""},
		{"/*! jQuery Cookie Plugin v1.4.1 */ /*! jQuery Form Plugin v3.0 */", ""},
		{`var a = "jQuery v3.4.1 | (c)"; // for jQuery v3.4.1`, ""},
		{"/**\n * @license\n * Lodash (Custom Build) lodash.com/license | Underscore.js 1.8.3 underscorejs.org/LICENSE\n */", ""},
		{"/**\n * Based on Underscore.js 1.8.3 <http://underscorejs.org/LICENSE>\n */", ""},
		{"/**\n * lodash 4.3.2 (Custom Build) <https://lodash.com/>\n * Build: `lodash modularize exports=\"npm\" -o ./`\n", ""},
		{"/**\n * lodash (Custom Build) <https://lodash.com/>\n */ var VERSION = '4.1.2'", ""},
		{"/*! Bootstrap Multiselect v0.9.13 (https://github.com) */ /*! Bootstrap v4 (https://getbootstrap.com) */", ""},
		{"/*! @license DOMPurify | (c) Cure53 | github.com/cure53/DOMPurify/blob/2.0.8/LICENSE */", ""},
		{"/** @license React v0.13.6\n * scheduler.production.min.js */", ""},
		{`a.VERSION="4.1.2",b.version="2.24.0"`, ""},
		{"//! moment.js\nvar a;\n//! version : 2.10.6", ""},
		{"/", ""}, {"//", ""}, {"/*", ""}, {"", ""}, {"/* */ // @", ""},
		{strings.Repeat("x", 3000) + "GetDocRequest" + strings.Repeat("x", 3000) + `apiVersion:"1.0.0"`, ""},
		{"/*" + strings.Repeat(" ", maxBanner) + "jQuery v3.4.1 | */", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, l := range librariesIn([]byte(tt.script)) {
			got = append(got, fmt.Sprintf("%s@%s", l.name, l.version))
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("librariesIn(%.100q) = %s, want %s", tt.script, s, tt.want)
		}
	}
}

// All words of the table are as they are looked for in it.
func TestScriptBanners(t *testing.T) {
	t.Parallel()
	for word := range scriptBanners {
		if word != strings.ToLower(word) {
			t.Errorf("%q is never found", word)
		}
	}
}
