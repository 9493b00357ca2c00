// The Azure Pipelines task: it starts the layergate binary that is packed beside this file and becomes its exit code.
//
// In the package this file lies next to task.json and to one binary per platform, layergate-<os>-<arch> in the words of
// Go, or to a single layergate.
//
// It has no dependencies, and must never load azure-pipelines-task-lib: on loading, that library takes INPUT_*, SECRET_*
// and ENDPOINT_AUTH_* out of the environment, and the binary would be started without its inputs and credentials.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

// Layergate's exit code for a run that could not be finished: nothing was promoted.
const UNDECIDED = 3;

const GO_OS = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const GO_ARCH = { x64: 'amd64', arm64: 'arm64' };

// The names a binary for the platform may have, the most exact first.
function names(platform, arch) {
  const suffix = platform === 'win32' ? '.exe' : '';
  const exact = `layergate-${GO_OS[platform] ?? platform}-${GO_ARCH[arch] ?? arch}${suffix}`;
  return [exact, `layergate${suffix}`];
}

function findBinary(folder, platform, arch) {
  return names(platform, arch)
    .map((name) => path.join(folder, name))
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

// Escapes the data of a logging command.
function escapeData(text) {
  return text
    .replaceAll('%', '%AZP25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(']', '%5D')
    .replaceAll(';', '%3B');
}

function fail(message) {
  process.stdout.write(`##vso[task.logissue type=error;]${escapeData(message)}\n`);
  process.exitCode = UNDECIDED;
}

function main() {
  const binary = findBinary(__dirname, process.platform, process.arch);
  if (!binary) {
    fail(`This package of Layergate has no binary for ${process.platform} on ${process.arch}: it looked for ${names(process.platform, process.arch).join(' and ')} in ${__dirname}`);
    return;
  }
  try {
    makeExecutable(binary);
  } catch (err) {
    fail(`The Layergate binary cannot be made executable: ${err.message}`);
    return;
  }

  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit', env: process.env });
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

if (require.main === module) {
  main();
}

module.exports = { escapeData, findBinary, names };
