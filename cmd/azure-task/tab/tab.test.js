// Run with: node --test cmd/azure-task/tab/tab.test.js
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const { Host, readPages } = require('./tab.js');

const ORIGIN = 'https://dev.azure.com';

// A tab whose parent is a page of Azure DevOps that answers by the given methods, and what the tab sent to it.
function play(methods) {
  const listeners = [];
  const sent = [];
  const frame = { addEventListener: (type, listener) => listeners.push(listener) };
  const tell = (message, from = frame.parent, origin = ORIGIN) => {
    for (const listener of listeners) {
      listener({ source: from, origin, data: typeof message === 'string' ? message : JSON.stringify(message) });
    }
  };
  frame.parent = {
    postMessage(data, target) {
      const message = JSON.parse(data);
      sent.push({ ...message, target });
      const method = methods[`${message.instanceId}.${message.methodName}`];
      if (method) {
        queueMicrotask(() => tell({ id: message.id, handshakeToken: message.handshakeToken, ...method(message) }));
      }
    },
  };
  return { host: new Host(frame), sent, tell };
}

const location = {
  'DevOps.ServiceManager.getService': () => ({ result: { getServiceLocation: { __proxyFunctionId: 7, _channelId: 3 } } }),
  'DevOps.HostControl.getAccessToken': () => ({ result: { token: 'secret' } }),
  '__proxyFunctions.proxy7': () => ({ result: `${ORIGIN}/team/` }),
};

// A server with the given answers, by address, and the requests that it got.
function server(answers) {
  const requests = [];
  return {
    requests,
    fetch: async (url, options) => {
      requests.push({ url: String(url), ...options });
      const body = answers[String(url)];
      return { ok: body !== undefined, status: body === undefined ? 404 : 200, json: async () => JSON.parse(body), text: async () => body };
    },
  };
}

const build = { id: 42, project: { id: 'p/1' } };
const LIST = `${ORIGIN}/team/p%2F1/_apis/build/builds/42/attachments/layergate.html?api-version=6.0-preview.2`;
const attached = (name, href = `${ORIGIN}/team/a/${name}`) => ({ name, _links: { self: { href } } });

test('reads the pages of a run, with the token of the tab', async () => {
  const { host } = play(location);
  const { fetch, requests } = server({
    [LIST]: JSON.stringify({ value: [attached('web'), attached('api')] }),
    [`${ORIGIN}/team/a/web`]: '<title>web</title>', [`${ORIGIN}/team/a/api`]: '<title>api</title>',
  });
  assert.deepEqual(await readPages(host, build, fetch), [{ name: 'api', html: '<title>api</title>' }, { name: 'web', html: '<title>web</title>' }]);
  for (const request of requests) {
    assert.deepEqual([request.headers.authorization, request.redirect], ['Bearer secret', 'error']);
  }
});

test('reads below an address that ends without a slash', async () => {
  const { host } = play({ ...location, '__proxyFunctions.proxy7': () => ({ result: `${ORIGIN}/team` }) });
  const { fetch, requests } = server({ [LIST]: '{"count":0,"value":[]}' });
  await readPages(host, build, fetch);
  assert.deepEqual(requests.map((request) => request.url), [LIST]);
});

test('reads nothing of a run without pages', async () => {
  const { fetch } = server({ [LIST]: '{"count":0,"value":[]}' });
  assert.deepEqual(await readPages(play(location).host, build, fetch), []);
});

test('sends the token nowhere else', async () => {
  const { fetch, requests } = server({ [LIST]: JSON.stringify({ value: [attached('web', 'https://evil.example/web')] }) });
  await assert.rejects(readPages(play(location).host, build, fetch), /evil\.example/);
  assert.deepEqual(requests.map((request) => request.url), [LIST]);
});

test('says what the server answers', async () => {
  await assert.rejects(readPages(play(location).host, build, server({}).fetch), /404/);
});

test('hands over a function, and is called by it', async () => {
  const { host, sent, tell } = play({ 'a.watch': () => ({ result: null }) });
  const builds = [];
  await host.call('a', 'watch', (given) => builds.push(given.id));
  const { __proxyFunctionId: id } = sent[0].params[0];
  tell({ id: 9, instanceId: '__proxyFunctions', methodName: `proxy${id}`, params: [build] });
  await new Promise(setImmediate);
  assert.deepEqual(builds, [42]);
  assert.deepEqual([sent[1].id, sent[1].error, sent[1].target], [9, undefined, ORIGIN]);
});

test('hands over other values as they are', async () => {
  const { host, sent } = play({ 'a.hello': () => ({ result: null }) });
  await host.call('a', 'hello', { sdkVersion: 4 }, 'text');
  assert.deepEqual(sent[0].params, [{ sdkVersion: 4 }, 'text']);
});

test('is called without parameters', async () => {
  const { host, sent, tell } = play({ 'a.watch': () => ({ result: null }) });
  let calls = 0;
  await host.call('a', 'watch', () => { calls++; });
  tell({ id: 9, instanceId: '__proxyFunctions', methodName: `proxy${sent[0].params[0].__proxyFunctionId}` });
  await new Promise(setImmediate);
  assert.deepEqual([calls, sent[1].error], [1, undefined]);
});

test('answers what it does not have with an error', async () => {
  const { host, sent, tell } = play({ 'a.hello': () => ({ result: 1 }) });
  await host.call('a', 'hello', assert.fail);
  tell({ id: 8, instanceId: 'other', methodName: `proxy${sent[0].params[0].__proxyFunctionId}`, params: [] });
  tell({ id: 9, instanceId: 'DevOps.SdkClient', methodName: 'dispatchEvent', params: [] });
  tell({ id: 10, instanceId: '__proxyFunctions', methodName: 'constructor', params: [] });
  await new Promise(setImmediate);
  assert.deepEqual(sent.slice(1).map((message) => [message.id, message.error?.message.split('.')[0]]), [
    [8, 'there is no other'], [9, 'there is no DevOps'], [10, 'there is no __proxyFunctions'],
  ]);
});

test('rejects a call that fails', async () => {
  for (const error of [{ message: 'no' }, 'no']) {
    const { host } = play({ 'a.hello': () => ({ error }) });
    await assert.rejects(host.call('a', 'hello'), /^Error: no$/);
    assert.equal(host.waiting.size, 0);
  }
});

test('ignores answers to what it did not ask', async () => {
  const { host, tell } = play({ 'a.hello': () => ({ result: 1 }) });
  await host.call('a', 'hello');
  tell({ id: 99, result: 1 });
  tell({ id: 99, error: { message: 'no' } });
  assert.equal(host.waiting.size, 0);
});

test('hears nobody but the page around it', async () => {
  const { host, sent, tell } = play({ 'a.hello': () => ({ result: 1 }) });
  const heard = [];
  const waits = host.call('a', 'wait').then((value) => heard.push(value));
  const answer = { id: 1, result: 'x', handshakeToken: sent[0].handshakeToken };
  tell(answer, {}); // another window
  tell({ ...answer, handshakeToken: 'guessed' });
  tell('no JSON');
  await host.call('a', 'hello'); // from here on the page's origin is known
  tell(answer, undefined, 'https://evil.example');
  await new Promise(setImmediate);
  assert.deepEqual(heard, []);
  tell(answer);
  await waits;
  assert.deepEqual(heard, ['x']);
});
