/* What a strict visitor finds wrong with the page: words of the other language, names that are missing, headings out of order. */
(foreign) => {
  const name = (node) => `<${node.tagName.toLowerCase()}${node.id ? ` #${node.id}` : ""} class="${node.getAttribute("class") || ""}">`;
  const is_seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[aria-hidden=true]");

  /* Ink on paper: colours are drawn on a canvas, since they may be written in any colour space. */
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read_colour = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const blend = (over, under) => [...[0, 1, 2].map((i) => over[i] * over[3] + under[i] * (1 - over[3])), 1];
  const paper_of = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(read_colour(getComputedStyle(at).backgroundColor));
    return layers.reduceRight((under, over) => blend(over, under), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (node) => {
    const paper = paper_of(node);
    const ink = blend(read_colour(getComputedStyle(node).color), paper);
    const [bright, dark] = [light(ink), light(paper)].sort((a, b) => b - a);
    return (bright + 0.05) / (dark + 0.05);
  };

  /* Colours on their way to others would be measured half-way. */
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];

  window.findPaleWords = () => {
    const words = document.querySelectorAll(".badge, .count, .btn, .quiet, .chip, .tabs a, .side-link, .remark, .notice, th, label, .ink-soon, .ink-overdue, .stage-step b");
    const pale = [...words].filter((node) => is_seen(node) && node.textContent.trim() && !node.disabled && contrast(node) < 4.5);
    const kinds = new Map(pale.map((node) => [name(node), node]));
    return [...kinds].map(([kind, node]) => `contrast ${contrast(node).toFixed(1)}: ${kind} ${node.textContent.trim().slice(0, 20)}`);
  };

  window.findOverflow = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll("main *")].filter((node) => node.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} px wide: ${wide.slice(-3).map(name).join(" ")}`];
  };

  const problems = [];
  const words = new Set(foreign);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const said = text.textContent.trim();
    if (words.has(said) && !text.parentElement.closest("[lang], bdi, script, style, textarea, [data-shop-words]")) problems.push(`other language: ${said}`);
  }
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
    if (node.closest("[lang]") !== document.documentElement) continue;
    for (const key of ["aria-label", "title", "placeholder"]) {
      if (words.has(node.getAttribute(key))) problems.push(`other language in ${key}: ${node.getAttribute(key)}`);
    }
  }

  const has_name = (node) =>
    (node.textContent.trim() || node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.title || node.querySelector("[aria-label], img[alt]:not([alt=''])"));
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const has_label = [...field.labels].some((label) => label.textContent.trim());
    if (!has_label && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby")) problems.push(`no label: ${name(field)} ${field.name}`);
  }
  for (const node of document.querySelectorAll("a[href], button, summary")) {
    if (!node.closest("[hidden], [aria-hidden=true]") && !has_name(node)) problems.push(`no name: ${name(node)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) problems.push(`no alternative: ${image.src}`);

  const seen = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")].filter((node) => is_seen(node) && !node.closest("dialog"));
  const levels = seen.map((node) => Number(node.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) problems.push(`headings: ${levels.filter((level) => level === 1).length} of level 1`);
  levels.forEach((level, i) => {
    if (i && level > levels[i - 1] + 1) problems.push(`headings: level ${level} after ${levels[i - 1]}: ${seen[i].textContent.trim()}`);
  });

  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) problems.push(`id twice: ${id}`);
  if (!document.title.trim() || !document.documentElement.lang) problems.push("no title or language");
  return problems;
}
