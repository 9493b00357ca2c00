// Run with: node --test cmd/azure-task/index.test.js
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const launcher = require('./index.js');

// A package of the task in a folder of its own, whose binary is the given Node program.
function pack(t, program, mode = 0o755) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'layergate-task-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.copyFileSync(path.join(__dirname, 'index.js'), path.join(folder, 'index.js'));
  if (program) {
    fs.writeFileSync(path.join(folder, 'layergate'), `#!${process.execPath}\n${program}\n`, { mode });
  }
  return folder;
}

function start(folder, env = {}) {
  const child = spawn(process.execPath, [path.join(folder, 'index.js')], { env: { ...process.env, ...env } });
  const run = { child, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => { run.stdout += data; });
  child.stderr.on('data', (data) => { run.stderr += data; });
  run.done = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  return run;
}

const posix = { skip: process.platform === 'win32' && 'the stand-in for the binary needs a shebang' };

test('passes the environment, both streams and the exit code', posix, async (t) => {
  const run = start(
    pack(t, `console.log(process.env.INPUT_FAILON, process.env.SECRET_X, process.argv.length);
             console.error('to stderr'); process.exitCode = 1;`),
    { INPUT_FAILON: 'high', SECRET_X: 's3cret' },
  );
  assert.deepEqual(await run.done, { code: 1, signal: null });
  assert.equal(run.stdout, 'high s3cret 2\n');
  assert.equal(run.stderr, 'to stderr\n');
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
  const folder = pack(t, '');
  fs.mkdirSync(path.join(folder, 'layergate'));
  const run = start(folder);
  assert.deepEqual(await run.done, { code: 3, signal: null });
  assert.match(run.stdout, /cannot be started/);
});

test('prefers the binary of the platform', (t) => {
  const folder = pack(t, '');
  const find = (platform, arch) => path.basename(launcher.findBinary(folder, platform, arch) ?? 'none');
  fs.writeFileSync(path.join(folder, 'layergate'), '');
  fs.writeFileSync(path.join(folder, 'layergate-linux-arm64'), '');
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
