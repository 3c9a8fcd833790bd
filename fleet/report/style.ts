/** Style of the report: one column on a phone, light or dark as the reader's system is. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: light-dark(#f6f7f9, #14161a); --card: light-dark(#fff, #1d2026); --line: light-dark(#d9dde3, #353a43);
  --text: light-dark(#1a1d21, #e6e8eb); --faint: light-dark(#5b636e, #9aa3af);
  --ok: light-dark(#1a7f37, #4ac26b); --attention: light-dark(#8a5a00, #e0a83a); --bad: light-dark(#b3261e, #ff7b72); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--text);
  font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 72rem; margin: 0 auto; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0; } h3 { font-size: 0.95rem; margin: 1rem 0 0.25rem; }
p { margin: 0.25rem 0; } .faint { color: var(--faint); font-size: 0.9rem; }
.counts { display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0; margin: 1rem 0; list-style: none; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.5rem 0.75rem; }
.counts b { display: block; font-size: 1.3rem; }
.sites { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); align-items: start; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; border-left: 0.4rem solid var(--line);
  padding: 0.75rem 1rem; min-width: 0; }
article.ok { border-left-color: var(--ok); } article.attention { border-left-color: var(--attention); }
article.bad { border-left-color: var(--bad); }
.ok > .words, b.ok { color: var(--ok); } .attention > .words, b.attention { color: var(--attention); }
.bad > .words, b.bad { color: var(--bad); } .words { font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(6rem, auto) minmax(0, 1fr); gap: 0.2rem 0.75rem; margin: 0.75rem 0 0; }
dt { color: var(--faint); } dd { margin: 0; }
header dl { margin-bottom: 1rem; }
details { margin-top: 0.75rem; } summary { cursor: pointer; }
.changes { padding-left: 1.1rem; margin: 0.25rem 0; } .changes li { margin-bottom: 0.35rem; }
code { font: 0.85em ui-monospace, monospace; }
@media print { body { background: none; } article { break-inside: avoid; } }
`;
