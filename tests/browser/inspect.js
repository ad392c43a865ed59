/* What a strict visitor finds wrong with the page beside the rules of axe: words of the other language, what is too wide or too small. */
(foreign) => {
  const name = (node) => `<${node.tagName.toLowerCase()}${node.id ? ` #${node.id}` : ""} class="${node.getAttribute("class") || ""}">`;
  const is_seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[aria-hidden=true]");

  /* Colours on their way to others would be measured half-way. */
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];

  window.findOverflow = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} px wide: ${wide.slice(-3).map(name).join(" ")}`];
  };

  /* What is pressed in a hurry wants 44 px under a thumb; a pixel's part is the browser's rounding. */
  const pressed = ".btn, .top-button, .side-link, .tabs a, .menu-panel :is(a, button), .queue-links a, .chip a, .pager a, .copy, .check, .choice, summary, .form-control, .form-select";
  window.findSmallTargets = (within = document) => [...within.querySelectorAll(pressed)].filter(is_seen).flatMap((node) => {
    const { width, height } = node.getBoundingClientRect();
    return Math.min(width, height) < 43.5 ? [`${width.toFixed()} × ${height.toFixed()} px: ${name(node)} ${node.textContent.trim().slice(0, 20)}`] : [];
  });

  const problems = [];
  const words = new Set(foreign);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const said = text.textContent.trim();
    if (words.has(said) && !text.parentElement.closest("[lang], bdi, script, style, textarea, [data-shop-words]")) problems.push(`other language: ${said}`);
  }
  /* A title may say in full what a person wrote and the cell shows in part. */
  const is_quoted = (node, words) => [...node.querySelectorAll("bdi")].some((quote) => quote.textContent === words);
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
    if (node.closest("[lang]") !== document.documentElement) continue;
    for (const key of ["aria-label", "title", "placeholder"]) {
      if (is_quoted(node, node.getAttribute(key))) continue;
      if (words.has(node.getAttribute(key))) problems.push(`other language in ${key}: ${node.getAttribute(key)}`);
    }
  }

  const titles = [...document.querySelectorAll("main h1")].filter(is_seen);
  if (titles.length !== 1) problems.push(`headings: ${titles.length} of level 1`);

  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) problems.push(`id twice: ${id}`);
  return problems;
}
