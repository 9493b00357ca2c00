// The tab of a run in Azure Pipelines: it shows the pages that the task attached to the run. Each is shown in a frame whose
// sandbox gives it an origin of its own, so that nothing in it reaches this page, its token or Azure DevOps.
//
// It asks Azure DevOps only, and has no dependencies: what it needs of azure-devops-extension-sdk is Host.
'use strict';

const ATTACHMENT = 'layergate.html'; // the type by which pkg/ci attaches pages
const VERSION = '6.0-preview.2'; // of the REST API for attachments; Azure DevOps Server 2020 has it, too

const CONTROL = 'DevOps.HostControl';
const SERVICES = 'DevOps.ServiceManager';
const FUNCTIONS = '__proxyFunctions'; // the object whose methods are functions that were handed over

// The page of Azure DevOps around the tab. Both call each other's methods by messages of JSON, as azure-devops-extension-sdk
// does: { id, instanceId, methodName, params } is answered by { id, result } or { id, error }.
class Host {
  constructor(frame) {
    this.parent = frame.parent;
    this.secret = crypto.randomUUID(); // by which the first answer shows that it is one
    this.origin = undefined; // of the page, known from then on
    this.waiting = new Map();
    this.handed = new Map();
    this.last = 0;
    frame.addEventListener('message', (event) => this.receive(event));
  }

  call(instanceId, methodName, ...params) {
    const id = ++this.last;
    this.post({
      id, instanceId, methodName, params: params.map((value) => this.pack(value)),
      instanceContext: {}, serializationSettings: { includeUnderscoreProperties: true },
    });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  post(message) {
    this.parent.postMessage(JSON.stringify({ ...message, handshakeToken: this.secret }), this.origin ?? '*');
  }

  // A function cannot be sent: the other side gets its number, and calls it by that.
  pack(value) {
    if (typeof value !== 'function') {
      return value;
    }
    const id = ++this.last;
    this.handed.set(`proxy${id}`, value);
    return { __proxyFunctionId: id, _channelId: 1 };
  }

  unpack(value) {
    if (value === null || typeof value !== 'object') {
      return value;
    }
    if (value.__proxyFunctionId) {
      return (...params) => this.call(FUNCTIONS, `proxy${value.__proxyFunctionId}`, ...params);
    }
    for (const key of Object.keys(value)) {
      value[key] = this.unpack(value[key]);
    }
    return value;
  }

  receive(event) {
    if (event.source !== this.parent || (this.origin && event.origin !== this.origin)) {
      return;
    }
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return; // not one of these messages
    }
    if (!this.origin) {
      if (message.handshakeToken !== this.secret) {
        return;
      }
      this.origin = event.origin;
    }
    if (message.instanceId) {
      this.answer(message);
      return;
    }
    const call = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) {
      call?.reject(new Error(message.error.message ?? String(message.error)));
    } else {
      call?.resolve(this.unpack(message.result));
    }
  }

  // The page tells of its events, too, such as another theme: what nobody asked for is not found.
  async answer({ id, instanceId, methodName, params }) {
    const method = instanceId === FUNCTIONS ? this.handed.get(methodName) : undefined;
    try {
      if (!method) {
        throw new Error(`there is no ${instanceId}.${methodName}`);
      }
      await method(...(params ?? []).map((value) => this.unpack(value)));
      this.post({ id });
    } catch (err) {
      this.post({ id, error: { message: err.message } });
    }
  }
}

// Reads the pages that are attached to a run, in the order of their names. The token is sent to the server of base only.
async function readPages(host, build, fetch) {
  const [locations, { token }] = await Promise.all([
    host.call(SERVICES, 'getService', 'ms.vss-features.location-service'),
    host.call(CONTROL, 'getAccessToken'),
  ]);
  const base = new URL(await locations.getServiceLocation());
  const get = async (url) => {
    if (url.origin !== base.origin) {
      throw new Error(`the attachment is at ${url.origin}, and not at ${base.origin}`);
    }
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'error' });
    if (!response.ok) {
      throw new Error(`Azure DevOps answered ${response.status}`);
    }
    return response;
  };
  const directory = base.pathname.replace(/\/?$/, '/');
  const path = [build.project.id, '_apis', 'build', 'builds', String(build.id), 'attachments', ATTACHMENT].map(encodeURIComponent).join('/');
  const { value } = await (await get(new URL(`${directory}${path}?api-version=${VERSION}`, base))).json();
  const pages = await Promise.all(value.map(async ({ name, _links }) => (
    { name, html: await (await get(new URL(_links.self.href))).text() }
  )));
  return pages.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

// What the pages are called in the list: by their titles, which say image and verdict. Nothing of a page runs for that.
function titleOf(page) {
  return new DOMParser().parseFromString(page.html, 'text/html').title || page.name;
}

async function main(window) {
  const { document } = window;
  const [choice, list, message, report] = ['choice', 'pages', 'message', 'report'].map((id) => document.getElementById(id));
  let pages; // nothing was read yet
  const show = () => {
    report.srcdoc = pages[list.selectedIndex].html;
  };
  const say = (text) => {
    message.textContent = text;
    message.hidden = text === '';
    report.hidden = text !== '';
  };
  list.addEventListener('change', show);

  const host = new Host(window);
  const { initialConfig } = await host.call(CONTROL, 'initialHandshake', { sdkVersion: 4 });
  let latest = 0;
  // Called at once, and each time that something of the run changes.
  await initialConfig.onBuildChanged(async (build) => {
    const turn = ++latest;
    try {
      const read = await readPages(host, build, window.fetch.bind(window));
      if (turn !== latest || JSON.stringify(read) === JSON.stringify(pages)) {
        return;
      }
      const chosen = pages?.[list.selectedIndex]?.name;
      pages = read;
      list.replaceChildren(...pages.map((page) => new window.Option(titleOf(page), page.name, false, page.name === chosen)));
      choice.hidden = pages.length < 2;
      say(pages.length > 0 ? '' : 'No step of this run has attached a report of Layergate yet.');
      if (pages.length > 0) {
        show();
      }
    } catch (err) {
      say(`The reports of this run cannot be shown: ${err.message}.`);
    }
  });
}

if (typeof module === 'undefined') {
  main(window).catch((err) => {
    document.getElementById('message').textContent = `Azure DevOps did not answer: ${err.message}.`;
  });
} else {
  module.exports = { Host, readPages };
}
