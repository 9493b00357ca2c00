// Run with: node --test cmd/azure-task/index.test.js
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const launcher = require('./index.js');

// A package of the task in a directory of its own, whose binary is the given Node program.
function pack(t, program, mode = 0o755) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'layergate-task-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  fs.copyFileSync(path.join(__dirname, 'index.js'), path.join(directory, 'index.js'));
  if (program) {
    fs.writeFileSync(path.join(directory, 'layergate'), `#!${process.execPath}\n${program}\n`, { mode });
  }
  return directory;
}

function start(directory, env = {}, entry = 'index.js') {
  const child = spawn(process.execPath, [path.join(directory, entry)], { env: { ...process.env, ...env } });
  const run = { child, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => { run.stdout += data; });
  child.stderr.on('data', (data) => { run.stderr += data; });
  run.done = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  return run;
}

const posix = { skip: process.platform === 'win32' && 'the stand-in for the binary needs a shebang' };

test('passes inputs, both streams and the exit code', posix, async (t) => {
  const run = start(
    pack(t, `console.log(process.env.INPUT_FAILON, process.argv.length);
             console.error('to stderr'); process.exitCode = 1;`),
    { INPUT_FAILON: 'high' },
  );
  assert.deepEqual(await run.done, { code: 1, signal: null });
  assert.equal(run.stdout, 'high 2\n');
  assert.equal(run.stderr, 'to stderr\n');
});

test('starts the program with an environment made from a list', posix, async (t) => {
  const kept = {
    INPUT_FAILON: 'high', ENDPOINT_AUTH_x: '{}', SYSTEM_HOSTTYPE: 'build', BUILD_BUILDID: '7', AGENT_PROXYURL: 'http://p.example:1', SECRET_AGENT_PROXYPASSWORD: 'pw',
  };
  const hostile = {
    GITHUB_ACTIONS: 'true', GRYPE_DB_CACHE_DIR: '/evil', LAYERGATE_CA_FILE: '/evil.pem', LD_PRELOAD: '/evil.so', HOME: '/evil', PATH: '/evil', TMPDIR: '/evil', SECRET_X: 'pw',
    HTTPS_PROXY: 'http://evil.example', GODEBUG: 'x=1', node_options: 'x', TF_BUILD: 'False',
  };
  // Node itself is kept from them: what it needs is added.
  const child = pack(t, `console.log(JSON.stringify(process.env));`);
  const seal = `process.env = ${JSON.stringify({ ...kept, ...hostile })}; require('./index.js').main();`;
  fs.writeFileSync(path.join(child, 'entry.js'), seal);
  const run = start(child, {}, 'entry.js');
  assert.deepEqual(await run.done, { code: 0, signal: null });
  const { PATH, ...rest } = hostile;
  const hidden = Object.entries(rest).filter(([name]) => name !== 'TF_BUILD').map(([name, value]) => [`LAYERGATE_HIDDEN_${name}`, value]);
  const want = { ...kept, ...Object.fromEntries(hidden), TF_BUILD: 'True', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  assert.deepEqual(JSON.parse(run.stdout), want);
  assert.deepEqual(launcher.sealed(want), want, 'sealing twice is the same as once');
});

test('keeps what Windows programs need', () => {
  const got = launcher.sealed({ Path: 'C:\\Windows', SystemRoot: 'C:\\Windows', USERPROFILE: 'C:\\evil' }, 'win32');
  assert.deepEqual(got, { Path: 'C:\\Windows', SystemRoot: 'C:\\Windows', LAYERGATE_HIDDEN_USERPROFILE: 'C:\\evil', TF_BUILD: 'True' });
});

for (const name of ['input.failOn', 'INPUT_BINARYPATH', 'Endpoint.Auth.x', 'SYSTEM_OidcRequestUri', 'agent homeDirectory']) {
  test(`refuses the pipeline variable ${name}, which could take another's place`, posix, async (t) => {
    const run = start(pack(t, `console.log('ran');`), { VSTS_PUBLIC_VARIABLES: JSON.stringify(['system.oidcRequestUri', 'Agent.HomeDirectory', name]) });
    assert.deepEqual(await run.done, { code: 2, signal: null });
    assert.match(run.stdout, /^##vso\[task\.logissue type=error;\]The pipeline has a variable [^\n]+\n$/);
  });
}

test('runs with other pipeline variables, and refuses a list that cannot be read', posix, async (t) => {
  const fine = start(pack(t, `console.log('ran');`), { VSTS_PUBLIC_VARIABLES: '["system.debug", "system_mine", "inputs", "team.input", "my.own", "my_own"]' });
  assert.deepEqual(await fine.done, { code: 0, signal: null });
  const broken = start(pack(t, `console.log('ran');`), { VSTS_PUBLIC_VARIABLES: '[' });
  assert.deepEqual(await broken.done, { code: 3, signal: null });
  assert.doesNotMatch(broken.stdout, /^ran/);
});

test('passes standard input', posix, async (t) => {
  const run = start(pack(t, `process.stdin.pipe(process.stdout);`));
  run.child.stdin.end('abc');
  assert.deepEqual(await run.done, { code: 0, signal: null });
  assert.equal(run.stdout, 'abc');
});

test('makes a binary executable that the package left without the permission', posix, async (t) => {
  const run = start(pack(t, `process.exitCode = 2;`, 0o644));
  assert.deepEqual(await run.done, { code: 2, signal: null });
});

test('passes a signal on and waits for the binary to end', posix, async (t) => {
  const run = start(pack(t, `process.on('SIGTERM', () => { console.log('stopped'); process.exit(3); });
                             setInterval(() => {}, 1000); console.log('ready');`));
  run.child.stdout.once('data', () => run.child.kill('SIGTERM'));
  assert.deepEqual(await run.done, { code: 3, signal: null });
  assert.equal(run.stdout, 'ready\nstopped\n');
});

test('does not succeed when the binary is killed', posix, async (t) => {
  const run = start(pack(t, `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`));
  assert.deepEqual(await run.done, { code: 128 + 9, signal: null });
});

test('says what is missing, on one line, and does not succeed', async (t) => {
  const run = start(pack(t, ''));
  assert.deepEqual(await run.done, { code: 3, signal: null });
  assert.match(run.stdout, /^##vso\[task\.logissue type=error;\]This package of Layergate has no binary for [^\n]+\n$/);
});

test('says that the binary cannot be started', posix, async (t) => {
  const directory = pack(t, '');
  fs.mkdirSync(path.join(directory, 'layergate'));
  const run = start(directory);
  assert.deepEqual(await run.done, { code: 3, signal: null });
  assert.match(run.stdout, /cannot be started/);
});

test('runs the program that binaryPath names, and not its own', posix, async (t) => {
  const other = pack(t, `console.log('from the agent');`);
  const run = start(pack(t, `console.log('packed');`), { INPUT_BINARYPATH: path.join(other, 'layergate') });
  assert.deepEqual(await run.done, { code: 0, signal: null });
  assert.equal(run.stdout, 'from the agent\n');
});

test('refuses a binaryPath that names no file', async (t) => {
  const directory = pack(t, `console.log('packed');`);
  for (const missing of [path.join(directory, 'missing'), directory]) {
    const run = start(directory, { INPUT_BINARYPATH: missing });
    assert.deepEqual(await run.done, { code: 2, signal: null });
    assert.match(run.stdout, /^##vso\[task\.logissue type=error;\]The input binaryPath names [^\n]+ no file on this agent\n$/);
  }
});

const binaryName = launcher.names(process.platform, process.arch)[0];
const released = `#!${process.execPath}\nconsole.log('released', process.env.INPUT_FAILON); process.exitCode = 1;\n`;
const sum = (text) => crypto.createHash('sha256').update(text).digest('hex');

// A release server on loopback. It answers each path with what routes say: [status, body or location].
async function serve(t, routes) {
  const requests = [];
  const server = http.createServer((request, response) => {
    requests.push(request.url);
    const [status, body] = routes[request.url] ?? [404, 'not here'];
    response.writeHead(status, status >= 300 && status < 400 ? { location: body } : {});
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { origin: `http://127.0.0.1:${server.address().port}`, requests };
}

// A package without a binary, which fetches the release from origin. Its entry may speak http, but only to loopback.
function packRelease(t, origin, checksum = sum(released)) {
  const directory = pack(t, '');
  const release = { version: '1.2.3', url: `${origin}/v{version}/{name}`, sha256: { [binaryName]: checksum } };
  fs.writeFileSync(path.join(directory, 'release.json'), JSON.stringify(release));
  fs.writeFileSync(path.join(directory, 'entry.js'), `
    const launcher = require('./index.js');
    launcher.main({
      get: (url, options, onResponse) => url.protocol === 'http:' && url.hostname === '127.0.0.1'
        ? require('node:http').get(url, options, onResponse)
        : launcher.get(url, options, onResponse),
    });`);
  fs.mkdirSync(path.join(directory, 'tools'));
  return directory;
}

const storage = (directory) => ({ AGENT_TOOLSDIRECTORY: path.join(directory, 'tools'), AGENT_TEMPDIRECTORY: '' });
const kept = (directory) => fs.readdirSync(path.join(directory, 'tools'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => entry.name);
const asset = `/v1.2.3/${binaryName}`;

test('downloads the release behind redirects, once, and runs it', posix, async (t) => {
  const server = await serve(t, { [asset]: [302, '/storage?signed=1'], '/storage?signed=1': [200, released] });
  const directory = packRelease(t, server.origin);
  for (const _ of ['downloaded', 'kept']) {
    const run = start(directory, { ...storage(directory), INPUT_FAILON: 'high' }, 'entry.js');
    assert.deepEqual(await run.done, { code: 1, signal: null });
    assert.equal(run.stdout, 'released high\n');
  }
  assert.deepEqual(server.requests, [asset, '/storage?signed=1']);
  assert.deepEqual(kept(directory), [binaryName]);
});

test('uses the temporary directory where the agent has none for tools', posix, async (t) => {
  const server = await serve(t, { [asset]: [200, released] });
  const directory = packRelease(t, server.origin);
  const run = start(directory, { AGENT_TOOLSDIRECTORY: '', AGENT_TEMPDIRECTORY: path.join(directory, 'tools') }, 'entry.js');
  assert.deepEqual(await run.done, { code: 1, signal: null });
  assert.deepEqual(kept(directory), [binaryName]);
});

test('downloads again what was changed since', posix, async (t) => {
  const server = await serve(t, { [asset]: [200, released] });
  const directory = packRelease(t, server.origin);
  const place = path.join(directory, 'tools', 'layergate', '1.2.3');
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(place, binaryName), `#!${process.execPath}\nconsole.log('planted');\n`, { mode: 0o755 });
  const run = start(directory, storage(directory), 'entry.js');
  assert.deepEqual(await run.done, { code: 1, signal: null });
  assert.match(run.stdout, /^released /);
});

for (const [title, routes, checksum, complaint] of [
  ['with another checksum', { [asset]: [200, released] }, sum('another'), /SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/],
  ['that is not there', {}, sum(released), /127\.0\.0\.1:\d+ answered 404/],
  ['behind a redirect to another scheme', { [asset]: [302, 'http://localhost:1/x'] }, sum(released), /https only/],
  ['behind endless redirects', { [asset]: [302, asset] }, sum(released), /more than 5 redirects/],
]) {
  test(`refuses a release ${title}, and keeps nothing of it`, async (t) => {
    const server = await serve(t, routes);
    const directory = packRelease(t, server.origin, checksum);
    const run = start(directory, storage(directory), 'entry.js');
    assert.deepEqual(await run.done, { code: 3, signal: null });
    assert.match(run.stdout, /^##vso\[task\.logissue type=error;\][^\n]+\n$/);
    assert.match(run.stdout, complaint);
    assert.deepEqual(kept(directory), []);
  });
}

test('says that there is no directory for a download', async (t) => {
  const server = await serve(t, { [asset]: [200, released] });
  const directory = packRelease(t, server.origin);
  const run = start(directory, { AGENT_TOOLSDIRECTORY: '', AGENT_TEMPDIRECTORY: '' }, 'entry.js');
  assert.deepEqual(await run.done, { code: 3, signal: null });
  assert.match(run.stdout, /^##vso\[task\.logissue type=error;\][^\n]*neither AGENT_TOOLSDIRECTORY nor AGENT_TEMPDIRECTORY[^\n]+\n$/);
  assert.deepEqual(server.requests, []);
});

test('refuses a release file that does not say everything', async (t) => {
  for (const text of ['{', '{}', '{"version":"../x","url":"https://h/","sha256":{}}', '{"version":"1","url":"https://h/","sha256":{"a":"b"}}']) {
    const directory = pack(t, '');
    fs.writeFileSync(path.join(directory, 'release.json'), text);
    const run = start(directory, storage(directory));
    assert.deepEqual(await run.done, { code: 3, signal: null });
    assert.match(run.stdout, /^##vso\[task\.logissue type=error;\]The release file [^\n]+\n$/);
  }
});

test('as it is shipped, speaks https only', async (t) => {
  assert.throws(() => launcher.get(new URL('http://127.0.0.1:1/')), /https only/);
  const server = await serve(t, { [asset]: [200, released] });
  const directory = packRelease(t, server.origin);
  const run = start(directory, storage(directory));
  assert.deepEqual(await run.done, { code: 3, signal: null });
  assert.match(run.stdout, /https only/);
  assert.deepEqual(server.requests, []);
});

// The release at https://release.example, whose certificate is from an authority of its own, behind a proxy that wants a user name
// and a password. The proxy notes what it is asked for.
async function serveBehindProxy(t, directory) {
  const file = (name) => path.join(directory, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=release.example',
    '-addext', 'subjectAltName=DNS:release.example', '-keyout', file('key.pem'), '-out', file('ca.pem')], { stdio: 'ignore' });
  const release = https.createServer({ key: fs.readFileSync(file('key.pem')), cert: fs.readFileSync(file('ca.pem')) }, (request, response) => {
    response.writeHead(request.url === asset ? 200 : 404);
    response.end(released);
  });
  await new Promise((resolve) => release.listen(0, '127.0.0.1', resolve));
  const asked = [];
  const proxy = http.createServer((request, response) => response.writeHead(400).end());
  proxy.on('connect', (request, socket) => {
    const [, words = ''] = (request.headers['proxy-authorization'] ?? '').split(' ');
    asked.push(`${request.url} as ${Buffer.from(words, 'base64')}`);
    if (!words || Buffer.from(words, 'base64').toString() !== 'robot:p@ss:wörd') {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = net.connect(release.address().port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => { release.close(); release.closeAllConnections(); proxy.close(); proxy.closeAllConnections(); });
  fs.writeFileSync(file('.certificates'), JSON.stringify({ CACert: file('ca.pem') }));
  return { asked, env: { ...storage(directory), AGENT_PROXYURL: `http://127.0.0.1:${proxy.address().port}`, AGENT_CAINFO: file('ca.pem'), AGENT_HOMEDIRECTORY: directory } };
}

test('downloads through the proxy of the agent, and trusts its certificate authority', posix, async (t) => {
  const directory = packRelease(t, 'https://release.example');
  const { asked, env } = await serveBehindProxy(t, directory);
  const run = start(directory, { ...env, AGENT_PROXYUSERNAME: 'robot', SECRET_AGENT_PROXYPASSWORD: 'p@ss:wörd', INPUT_FAILON: 'high' });
  assert.deepEqual(await run.done, { code: 1, signal: null }, run.stdout);
  assert.equal(run.stdout, 'released high\n');
  assert.deepEqual(asked, ['release.example:443 as robot:p@ss:wörd']);
});

for (const [title, more, complaint, settings] of [
  ['wants another password', { AGENT_PROXYUSERNAME: 'robot', SECRET_AGENT_PROXYPASSWORD: 'hush-pw' }, /the proxy 127\.0\.0\.1:\d+ wants another user name or password/],
  ['wants one where none is given', {}, /wants another user name or password/],
  ['is not there', { AGENT_PROXYURL: 'http://robot:hush-pw@127.0.0.1:1' }, /the proxy 127\.0\.0\.1:1 cannot be used/],
  ['is none', { AGENT_PROXYURL: 'http://robot:hush-pw@[x' }, /AGENT_PROXYURL, or the list of hosts/],
  ['is another kind of proxy', { AGENT_PROXYURL: 'socks5://robot:hush-pw@127.0.0.1:1' }, /AGENT_PROXYURL is no proxy by http/],
  ['leads to a server of an unknown authority', { AGENT_PROXYUSERNAME: 'robot', SECRET_AGENT_PROXYPASSWORD: 'p@ss:wörd', AGENT_CAINFO: '' }, /self-signed certificate/],
  ['leads to a server of an authority that a variable alone names', { AGENT_PROXYUSERNAME: 'robot', SECRET_AGENT_PROXYPASSWORD: 'p@ss:wörd' }, /self-signed certificate/, '{"CACert": "/etc/agent.pem"}'],
]) {
  test(`says that the proxy ${title}, without a password`, posix, async (t) => {
    const directory = packRelease(t, 'https://release.example');
    const { env } = await serveBehindProxy(t, directory);
    if (settings) {
      fs.writeFileSync(path.join(directory, '.certificates'), settings);
    }
    const run = start(directory, { ...env, ...more });
    assert.notEqual((await run.done).code, 0);
    assert.match(run.stdout, /^##vso\[task\.logissue type=error;\][^\n]+\n$/);
    assert.match(run.stdout, complaint);
    assert.doesNotMatch(run.stdout + run.stderr, /hush-pw|p@ss/);
    assert.deepEqual(kept(directory), []);
  });
}

test('chooses the proxy as the program does', () => {
  const proxy = (env, url = 'https://release.example/x') => launcher.proxyFor(new URL(url), env)?.href;
  const agent = { AGENT_PROXYURL: 'http://p.example:1' };
  const cases = [
    [{}, undefined],
    [agent, 'http://p.example:1/'],
    [{ AGENT_PROXYURL: 'p.example:1' }, 'http://p.example:1/'],
    [{ ...agent, AGENT_PROXYUSERNAME: 'CORP\\robot', SECRET_AGENT_PROXYPASSWORD: 'p@ss' }, 'http://CORP%5Crobot:p%40ss@p.example:1/'],
    [{ ...agent, INPUT_PROXY: 'off' }, undefined],
    [{ ...agent, INPUT_PROXY: 'http://q.example:2', AGENT_PROXYUSERNAME: 'robot', SECRET_AGENT_PROXYPASSWORD: 'pw' }, 'http://q.example:2/'],
    [{ ...agent, AGENT_PROXYBYPASSLIST: '["\\\\.example$"]' }, undefined],
    [{ ...agent, AGENT_PROXYBYPASSLIST: '["\\\\.example$"]', INPUT_PROXY: 'http://q.example:2' }, 'http://q.example:2/'],
    [{ ...agent, AGENT_PROXYBYPASSLIST: '["other\\\\.example"]' }, 'http://p.example:1/'],
    [{ ...agent, INPUT_NOPROXY: 'inside.example, .example' }, undefined],
    [{ ...agent, INPUT_NOPROXY: 'ample\nrelease.example.org' }, 'http://p.example:1/'],
  ];
  for (const [env, want] of cases) {
    assert.equal(proxy(env), want, JSON.stringify(env));
  }
});

test('prefers the binary of the platform', (t) => {
  const directory = pack(t, '');
  const find = (platform, arch) => path.basename(launcher.findBinary(directory, platform, arch) ?? 'none');
  fs.writeFileSync(path.join(directory, 'layergate'), '');
  fs.writeFileSync(path.join(directory, 'layergate-linux-arm64'), '');
  assert.equal(find('linux', 'arm64'), 'layergate-linux-arm64');
  assert.equal(find('linux', 'x64'), 'layergate');
  assert.equal(find('win32', 'x64'), 'none');
  assert.deepEqual(launcher.names('win32', 'x64'), ['layergate-windows-amd64.exe', 'layergate.exe']);
  assert.deepEqual(launcher.names('darwin', 'arm64'), ['layergate-darwin-arm64', 'layergate']);
});

test('escapes the data of a logging command', () => {
  assert.equal(launcher.escapeData('100%\r\n##vso[a.b c=d;]e'), '100%AZP25%0D%0A##vso[a.b c=d%3B%5De');
});

test('requires nothing but Node itself', () => {
  const source = fs.readFileSync(path.join(__dirname, 'index.js'), 'utf8');
  const required = [...source.matchAll(/require\(([^)]*)\)/g)].map((match) => match[1]);
  assert.ok(required.length > 0);
  for (const name of required) {
    assert.match(name, /^'node:/);
  }
});
