// The Azure Pipelines task: it starts the layergate binary, with nothing of the environment that the binary must not heed,
// and becomes its exit code.
//
// The binary is, in this order: the one that the input binaryPath names; one that is packed beside this file, under the
// name layergate-<os>-<arch> in the words of Go, or layergate; the released one that release.json beside this file tells
// of, which is downloaded once, and is run only if it has the SHA-256 of that file.
//
// It has no dependencies, and must never load azure-pipelines-task-lib: on loading, that library takes INPUT_*, SECRET_*
// and ENDPOINT_AUTH_* out of the environment, and the binary would be started without its inputs and credentials.
'use strict';

const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const tls = require('node:tls');

// Layergate's exit codes for a wrong request, and for a run that could not be finished: nothing was promoted.
const REQUEST = 2;
const UNDECIDED = 3;

const GO_OS = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const GO_ARCH = { x64: 'amd64', arm64: 'arm64' };

const REDIRECTS = 5;
const SILENCE_MS = 60_000;

// A failure with the exit code that it leads to.
class Failure extends Error {
  constructor(message, exitCode = UNDECIDED) {
    super(message);
    this.exitCode = exitCode;
  }
}

// The names a binary for the platform may have, the most exact first.
function names(platform, arch) {
  const suffix = platform === 'win32' ? '.exe' : '';
  const exact = `layergate-${GO_OS[platform] ?? platform}-${GO_ARCH[arch] ?? arch}${suffix}`;
  return [exact, `layergate${suffix}`];
}

function findBinary(directory, platform, arch) {
  return names(platform, arch)
    .map((name) => path.join(directory, name))
    .find((file) => fs.existsSync(file));
}

// Packing the task as a .vsix loses the permission to execute.
function makeExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
  } catch {
    fs.chmodSync(file, 0o755);
  }
}

// The release that the package tells of: { version, url, sha256 }, where url holds {version} and {name}, and sha256 has a
// checksum for each name; undefined where the package tells of none.
function readRelease(directory) {
  const file = path.join(directory, 'release.json');
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (err) {
    if (err.code === 'ENOENT') {
      return undefined;
    }
    throw new Failure(`The release file cannot be read: ${err.message}`);
  }
  let release;
  try {
    release = JSON.parse(text);
  } catch (err) {
    throw new Failure(`The release file ${file} is not JSON: ${err.message}`);
  }
  const sums = Object.values(release?.sha256 ?? {});
  if (!/^[0-9A-Za-z.+-]+$/.test(release?.version) || typeof release.url !== 'string' || !sums.every((sum) => /^[0-9a-f]{64}$/.test(sum))) {
    throw new Failure(`The release file ${file} needs a version, a url and a SHA-256 for each binary`);
  }
  return release;
}

// The proxy that leads to a URL, as the program itself chooses it (pkg/ci/machine.go): the one that the input proxy names, or else
// the agent's; undefined where there is none, or none is used for this host.
function proxyFor(url, env) {
  const named = env.INPUT_PROXY?.trim();
  const address = named || env.AGENT_PROXYURL;
  if (!address || named === 'off') {
    return undefined;
  }
  const from = named ? 'The input proxy' : 'AGENT_PROXYURL';
  const direct = (env.INPUT_NOPROXY ?? '').split(/[\s,]+/).map((name) => name.replace(/^\*?\./, '')).filter(Boolean);
  if (direct.some((name) => url.hostname === name || url.hostname.endsWith(`.${name}`))) {
    return undefined;
  }
  let proxy, bypass;
  try {
    proxy = new URL(address.includes('://') ? address : `http://${address}`);
    bypass = named ? [] : JSON.parse(env.AGENT_PROXYBYPASSLIST || '[]').map((pattern) => new RegExp(pattern, 'i'));
  } catch { // the message would repeat the address, with a password in it
    throw new Failure(`${from}, or the list of hosts that are reached without it, cannot be read`, REQUEST);
  }
  if (!['http:', 'https:'].includes(proxy.protocol)) {
    throw new Failure(`${from} is no proxy by http; the input binaryPath names a program that is on the agent`, REQUEST);
  }
  if (bypass.some((pattern) => pattern.test(url.origin))) {
    return undefined;
  }
  if (!named && env.AGENT_PROXYUSERNAME) {
    proxy.username = encodeURIComponent(env.AGENT_PROXYUSERNAME);
    proxy.password = encodeURIComponent(env.SECRET_AGENT_PROXYPASSWORD ?? '');
  }
  return proxy;
}

// Connects through a proxy (RFC 9110, section 9.3.6), which sees the name of the host and nothing of what is said.
class Tunnel extends https.Agent {
  constructor(proxy, options) {
    super(options);
    this.proxy = proxy;
  }

  createConnection(options, done) {
    const to = `${options.host}:${options.port}`;
    const headers = { host: to };
    if (this.proxy.username) {
      const user = [this.proxy.username, this.proxy.password].map(decodeURIComponent).join(':');
      headers['proxy-authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
    }
    const { protocol, hostname, port, host } = this.proxy;
    const request = (protocol === 'https:' ? https : http).request({
      hostname, port, headers, method: 'CONNECT', path: to, agent: false, timeout: SILENCE_MS, ca: this.options.ca,
    });
    const fail = (why) => done(new Error(`the proxy ${host} ${why}`));
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) {
        done(null, tls.connect({ ...options, socket, servername: options.host }));
        return;
      }
      socket.destroy();
      fail(response.statusCode === 407 ? 'wants another user name or password' : `answered ${response.statusCode}`);
    });
    request.on('timeout', () => request.destroy(new Error('sends nothing')));
    request.on('error', (err) => fail(`cannot be used: ${err.message}`));
    request.end();
  }
}

// The certificate authority that the agent was configured with, where its own settings say the same as the variable, which may be
// a pipeline's; undefined for none.
function authority(env) {
  const file = env.AGENT_CAINFO;
  try {
    const settings = JSON.parse(fs.readFileSync(path.join(env.AGENT_HOMEDIRECTORY, '.certificates'), 'utf8'));
    return file && settings.CACert === file ? fs.readFileSync(file) : undefined;
  } catch { // an agent without settings, or with none of this kind
    return undefined;
  }
}

// The one way to the network: nothing but https, and through the proxy where there is one.
function get(url, options, onResponse, env = process.env) {
  if (url.protocol !== 'https:') {
    throw new Failure(`Layergate is downloaded by https only, not from ${url}`);
  }
  const own = authority(env);
  const trust = own ? { ca: [...(tls.getCACertificates?.() ?? tls.rootCertificates), own] } : {}; // Node 20 tells its own only
  const proxy = proxyFor(url, env);
  return https.get(url, { ...options, ...(proxy ? { agent: new Tunnel(proxy, trust) } : trust) }, onResponse);
}

// Resolves to the response with the content, behind redirects.
async function open(url, get) {
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await new Promise((resolve, reject) => {
      const request = get(url, { timeout: SILENCE_MS, headers: { 'user-agent': 'layergate-task' } }, resolve);
      request.on('timeout', () => request.destroy(new Error(`nothing was heard for ${SILENCE_MS / 1000} seconds`)));
      request.on('error', reject);
    });
    if (response.statusCode === 200) {
      return response;
    }
    response.resume();
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || !response.headers.location) {
      throw new Error(`${url.host} answered ${response.statusCode}`);
    }
    url = new URL(response.headers.location, url);
  }
  throw new Error(`more than ${REDIRECTS} redirects`);
}

async function sha256(file) {
  const hash = crypto.createHash('sha256');
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest('hex');
}

// Where downloads are kept: the agent's tools, which outlive the job, or else its temporary files.
function storage(env) {
  const directory = env.AGENT_TOOLSDIRECTORY || env.AGENT_TEMPDIRECTORY;
  if (!directory) {
    throw new Failure('Layergate cannot be downloaded: neither AGENT_TOOLSDIRECTORY nor AGENT_TEMPDIRECTORY names a directory for it');
  }
  return directory;
}

// Downloads the release's binary, unless an earlier job has. A file is given its name and the permission to execute only
// when its checksum was compared; one that is there already is compared again, as other jobs could write to it.
async function fetchBinary(release, name, { env, get }) {
  const want = release.sha256[name];
  const directory = path.join(storage(env), 'layergate', release.version);
  const file = path.join(directory, name);
  if (fs.existsSync(file) && (await sha256(file)) === want) {
    makeExecutable(file);
    return file;
  }
  const url = release.url.replaceAll('{version}', release.version).replaceAll('{name}', name);
  const part = path.join(directory, `${name}.${process.pid}.${crypto.randomBytes(6).toString('hex')}`);
  try {
    fs.mkdirSync(directory, { recursive: true });
    await pipeline(await open(new URL(url), get), fs.createWriteStream(part, { flags: 'wx', mode: 0o600 }));
    const got = await sha256(part);
    if (got !== want) {
      throw new Failure(`What ${url} gave is not this release of Layergate: its SHA-256 is ${got}, not ${want}`);
    }
    fs.chmodSync(part, 0o755);
    fs.renameSync(part, file);
    return file;
  } catch (err) {
    fs.rmSync(part, { force: true });
    if (err instanceof Failure) {
      throw err;
    }
    throw new Failure(`Layergate cannot be downloaded from ${url}: ${err.message}; the input binaryPath names a program that is on the agent`);
  }
}

// Resolves to the path of the binary to run.
async function locate({ directory, platform, arch, env, get }) {
  const given = env.INPUT_BINARYPATH?.trim();
  if (given) {
    if (!fs.statSync(given, { throwIfNoEntry: false })?.isFile()) {
      throw new Failure(`The input binaryPath names ${given}, which is no file on this agent`, REQUEST);
    }
    return path.resolve(given);
  }
  const packed = findBinary(directory, platform, arch);
  if (packed) {
    try {
      makeExecutable(packed);
    } catch (err) {
      throw new Failure(`The Layergate binary cannot be made executable: ${err.message}`);
    }
    return packed;
  }
  const release = readRelease(directory);
  const [name] = names(platform, arch);
  if (!release?.sha256[name]) {
    const told = release ? `, and release ${release.version} has no ${name}` : '';
    throw new Failure(`This package of Layergate has no binary for ${platform} on ${arch}: it looked for ${names(platform, arch).join(' and ')} in ${directory}${told}; the input binaryPath names a program that is on the agent`);
  }
  return fetchBinary(release, name, { env, get });
}

// The agent gives a task every variable of its pipeline, by which whoever can set one could decide what the program does.
// So its environment is made from a list: the step's inputs and connections, and what the agent says itself. Any other
// variable goes by a name that no program looks for; layergate reads it only where an input names it. It is the list of
// pkg/ci/environment.go.
const VISIBLE = ['SECRET_AGENT_PROXYPASSWORD', 'TF_BUILD'];
const VISIBLE_PREFIXES = ['AGENT_', 'BUILD_', 'ENDPOINT_', 'INPUT_', 'SYSTEM_'];
const HIDDEN_PREFIX = 'LAYERGATE_HIDDEN_';
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const WINDOWS = ['PATH', 'PATHEXT', 'SYSTEMROOT', 'TEMP', 'TMP'];

const isVisible = (name) => VISIBLE.includes(name) || [...VISIBLE_PREFIXES, HIDDEN_PREFIX].some((prefix) => name.startsWith(prefix));

// The environment that the program is started with.
function sealed(env, platform = process.platform) {
  const windows = platform === 'win32';
  const visible = (name) => isVisible(name) || (windows && WINDOWS.includes(name.toUpperCase()));
  const out = windows ? {} : { PATH: SYSTEM_PATH };
  for (const [name, value] of Object.entries(env)) {
    if (windows || name !== 'PATH') {
      out[visible(name) ? name : HIDDEN_PREFIX + name] = value;
    }
  }
  return { ...out, TF_BUILD: 'True' };
}

// Refuses variables of the pipeline that could take the place of an input, of a connection, or of what the agent says itself:
// the agent writes dots, blanks and underscores in their names alike. Azure Pipelines reserves such names; an agent that was
// handed one all the same would let it go first.
function checkVariables(env) {
  let names;
  try {
    names = JSON.parse(env.VSTS_PUBLIC_VARIABLES || '[]');
  } catch (err) {
    throw new Failure(`VSTS_PUBLIC_VARIABLES, the agent's list of variables, is not JSON: ${err.message}`);
  }
  const seen = new Set();
  for (const name of names) {
    const variable = name.replace(/[. ]/g, '_').toUpperCase();
    if (/^(INPUT|ENDPOINT)_/.test(variable) || (seen.has(variable) && isVisible(variable))) {
      throw new Failure(`The pipeline has a variable ${name}, which could take the place of an input, a connection or a word of the agent: rename it`, REQUEST);
    }
    seen.add(variable);
  }
}

// Escapes the data of a logging command.
function escapeData(text) {
  return text
    .replaceAll('%', '%AZP25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(']', '%5D')
    .replaceAll(';', '%3B');
}

function fail(message, exitCode = UNDECIDED) {
  process.stdout.write(`##vso[task.logissue type=error;]${escapeData(message)}\n`);
  process.exitCode = exitCode;
}

function run(binary) {
  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit', env: sealed(process.env) });
  // The agent cancels a task by a signal to this process. The child must end first, and gets the time to clean up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK']) {
    if (signal in os.constants.signals) {
      process.on(signal, () => child.kill(signal));
    }
  }
  child.on('error', (err) => fail(`The Layergate binary cannot be started: ${err.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + os.constants.signals[signal] : code;
  });
}

async function main(options = {}) {
  try {
    checkVariables(process.env);
    run(await locate({ directory: __dirname, platform: process.platform, arch: process.arch, env: process.env, get, ...options }));
  } catch (err) {
    fail(err.message, err.exitCode);
  }
}

if (require.main === module) {
  main();
}

module.exports = { escapeData, findBinary, get, main, names, proxyFor, sealed };
