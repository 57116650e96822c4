'use strict';
// Tables are sorted by a click or the keyboard on a heading: figures from the largest, names from the first, then the other way round, then as they were.
const said = document.createElement('p');
said.className = 'unseen';
said.setAttribute('role', 'status');
document.querySelector('main').append(said);

// Figures as the page writes them: 1,024; 44.1 KB; >65,536; -0.30. A dash is none.
const figure = text => {
  const parts = /^>?([+-]?[\d.,]*\d)\s*([KMGT]?)/.exec(text);
  return parts ? Number(parts[1].replaceAll(',', '')) * 1000 ** ' KMGT'.indexOf(parts[2] || ' ') : NaN;
};

for (const table of document.querySelectorAll('table[data-sort]')) {
  const body = table.tBodies[0], given = [...body.rows], heads = [...table.tHead.rows[0].cells];
  if (given.length < 2) continue;
  heads.forEach((head, column) => {
    if (head.tagName !== 'TH') return;
    const name = head.textContent, button = document.createElement('button');
    const texts = new Map(given.map(row => [row, row.cells[column].textContent]));
    const filled = [...texts.values()].filter(text => text && text !== '-');
    const figures = column > 0 && filled.every(text => !Number.isNaN(figure(text)));
    const orders = figures ? ['descending', 'ascending', 'none'] : ['ascending', 'descending', 'none'];
    const compare = (a, b) => figures ? figure(texts.get(a)) - figure(texts.get(b)) : texts.get(a).localeCompare(texts.get(b), 'en', { numeric: true });
    const empty = row => Number(!filled.includes(texts.get(row)));
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute('aria-sort', 'none');
    button.addEventListener('click', () => {
      const order = orders[(orders.indexOf(head.getAttribute('aria-sort')) + 1) % 3], sign = order === 'ascending' ? 1 : -1;
      for (const other of heads) if (other.ariaSort) other.setAttribute('aria-sort', 'none');
      head.setAttribute('aria-sort', order);
      body.append(...order === 'none' ? given : [...given].sort((a, b) => empty(a) - empty(b) || sign * compare(a, b)));
      said.textContent = order === 'none' ? 'In the given order' : `Sorted by ${name}, ${order}`;
    });
  });
}
