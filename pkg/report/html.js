// Filters and searches the findings of the page, leads to them, and copies commands. The page is whole without it.
'use strict';
(() => {
  const form = document.getElementById('filters');
  const shown = document.getElementById('shown');

  const tables = [...document.querySelectorAll('.table')];
  let known; // what rows() has found

  // Every row with its findings: the words that filters know them by, and the text that is searched, in small letters. A page
  // may have thousands, and most readers never ask.
  function rows() {
    known ??= [...document.querySelectorAll('.group')].map((element) => ({
      element,
      about: lower(element.querySelector('summary')) + lower(element.querySelector('.places')) +
        (element.dataset.about ?? '').toLowerCase(),
      findings: [...element.querySelectorAll('.findings > li')].map((item) => ({
        element: item,
        items: item.dataset.facets.split('|').map((words) => {
          const [number, ...facets] = words.split(' ');
          return { number, facets: new Set(facets) };
        }),
        text: lower(item),
      })),
    }));
    return known;
  }

  function lower(element) {
    return element ? `${element.textContent.toLowerCase().replace(/\s+/g, ' ')}\n` : '';
  }

  // The words and, in quotation marks, phrases of a search. A mark without its other one is left alone while somebody types.
  function wanted(text) {
    return (text.match(/"[^"]*"|[^\s"]+/g) ?? [])
      .map((part) => part.replaceAll('"', '').replace(/\s+/g, ' ').trim())
      .filter(Boolean);
  }

  // What is chosen: lists of words of which a finding must have one each, and the words of the search.
  function choice() {
    const checked = [...form.querySelectorAll('input:checked')].map((input) => input.value);
    const selected = [...form.querySelectorAll('select')].map((select) => select.value).filter(Boolean);
    return {
      facets: [checked, ...selected.map((word) => [word])].filter((list) => list.length > 0),
      words: wanted(form.elements.text.value.toLowerCase()),
    };
  }

  function show(element, visible) {
    if (element.hidden === visible) {
      element.hidden = !visible;
    }
  }

  function filter() {
    const { facets, words } = choice();
    const all = new Set(); // numbers of what counts as one
    const fitting = new Set();
    for (const row of rows()) {
      let some = false;
      for (const finding of row.findings) {
        const found = words.every((word) => finding.text.includes(word) || row.about.includes(word));
        let fits = false;
        for (const item of finding.items) {
          all.add(item.number);
          if (found && facets.every((list) => list.some((word) => item.facets.has(word)))) {
            fitting.add(item.number);
            fits = true;
          }
        }
        show(finding.element, fits);
        some ||= fits;
      }
      show(row.element, some);
    }
    for (const table of tables) {
      show(table, table.querySelector('.group:not([hidden])') !== null);
    }
    for (const rest of document.querySelectorAll('.rest')) {
      show(rest, rest.querySelector('.group:not([hidden])') !== null);
      rest.open = facets.length + words.length > 0;
    }
    shown.textContent = `${fitting.size} of ${all.size} findings`;
  }

  // Typing asks for one pass for each frame at most.
  let asked = false;
  function soon() {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        filter();
      });
    }
  }

  function choose(word) {
    form.reset();
    for (const option of form.querySelectorAll('option')) {
      option.selected ||= option.value === word;
    }
    filter();
  }

  // Leads to an element of the page, which may be folded or filtered away.
  function lead(target) {
    if (form && target.closest('[hidden]')) {
      form.reset();
      filter();
    }
    for (const details of [target.closest('.rest'), target.querySelector(':scope > details')]) {
      if (details) {
        details.open = true;
      }
    }
    const focused = target.querySelector('summary') ?? target;
    if (focused === target) {
      target.tabIndex = -1;
    }
    target.scrollIntoView();
    focused.focus({ preventScroll: true });
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.getAttribute('href').slice(1));
    if (!target) {
      return;
    }
    event.preventDefault(); // a frame without an address of its own would leave the page
    if (form && link.dataset.choose) {
      choose(link.dataset.choose);
    }
    lead(target);
  });

  // A button for each command. A frame without an origin may not write to the clipboard: there the command is selected.
  for (const command of document.querySelectorAll('.command')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const code = command.querySelector('code');
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = 'Selected';
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    command.append(button);
  }

  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) {
      details.open = true;
    }
  });
  if (form) {
    form.hidden = false;
    form.addEventListener('input', soon);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', () => setTimeout(filter)); // the values change after the event
    const { facets, words } = choice();
    if (facets.length + words.length > 0) { // a reload keeps what was chosen
      filter();
    }
  }
})();
