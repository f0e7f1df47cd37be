"use strict";
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];

  /** A button that does something. */
  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => act(made));
    return made;
  }

  /** The number in a cell, or its text. */
  function key(row, column) {
    const text = row.cells[column] ? row.cells[column].textContent.trim() : "";
    const number = parseFloat(text.replace(/[\u202f≤≥≈ ]/g, "").replace("−", "-"));
    return Number.isNaN(number) ? text : number;
  }

  function sort(table, column, head) {
    const up = head.getAttribute("aria-sort") !== "ascending";
    all("th[aria-sort]", table).forEach((th) => th.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const order = (a, b) => {
      const [x, y] = [key(a, column), key(b, column)];
      if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
      return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
    };
    [...body.rows].sort(order).forEach((row) => body.append(row));
  }

  /** What scrolls sideways can be reached by keyboard. */
  const reachable = () => all(".scroll").forEach((part) => {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  });
  addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true);
  reachable();

  all("table.sortable").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const made = button(head.textContent, () => sort(table, column, head));
      made.className = "sort";
      head.replaceChildren(made);
    });
  });

  /** Buttons that unfold everything, and that show findings of one verdict only. */
  const tools = document.getElementById("tools");
  if (tools) {
    const rows = all("tr[data-verdict]");
    const hidden = new Set();
    const counts = new Map();
    rows.forEach(({ dataset: { verdict } }) =>
      counts.set(verdict, (counts.get(verdict) || 0) + 1));
    counts.forEach((count, verdict) => {
      const made = button(`${verdict} (${count})`, (self) => {
        if (!hidden.delete(verdict)) hidden.add(verdict);
        self.setAttribute("aria-pressed", String(!hidden.has(verdict)));
        rows.forEach((row) => { row.hidden = hidden.has(row.dataset.verdict); });
      });
      made.setAttribute("aria-pressed", "true");
      tools.append(made);
    });
    tools.append(button("Unfold all", (self) => {
      const open = self.textContent === "Unfold all";
      all("details").forEach((part) => { part.open = open; });
      self.textContent = open ? "Fold all" : "Unfold all";
    }));
    tools.hidden = false;
  }

  /** Widths of a question from the nearest points on the safe side. */
  const explore = document.getElementById("explore");
  const data = document.getElementById("slth-widths");
  if (explore && data) {
    const points = JSON.parse(data.textContent);
    const input = (name) => document.getElementById(`explore-${name}`);
    const say = (name, text) => { input(name).textContent = text; };
    const known = (part) => part !== null;

    const answer = () => {
      const [m, eps, prob] = ["m", "eps", "prob"].map((name) =>
        Number(input(name).value));
      const valid = Number.isInteger(m) && m >= 1 && eps > 0 && prob > 0 && prob < 1;
      const harder = points.filter((p) => p[0] >= m && p[1] <= eps && p[2] >= prob);
      const easier = points.filter((p) => p[0] <= m && p[1] >= eps && p[2] <= prob);
      const least = (column) =>
        Math.min(...harder.map((p) => p[column]).filter(known));
      const needed = Math.max(...easier.map((p) => p[3]).filter(known));
      const shown = (value, sign, none) =>
        !valid ? "–" : Number.isFinite(value) ? `${sign} ${value}` : none;
      say("necessary", shown(needed, "≥", "no easier point"));
      say("certified", shown(least(4), "≤", "no harder point"));
      say("found", shown(least(5), "≈", "not measured"));
      const used = valid ? [...easier.filter((p) => p[3] === needed),
        ...harder.filter((p) => p[4] === least(4))] : [];
      const again = used.every((p) => p[6]);
      say("note", valid ? (again ? "" : "Proved when this version was built, not again " +
        "for this report.") : "m is a whole number from 1 on, ε is positive, and " +
        "the probability lies between 0 and 1.");
    };
    ["m", "eps", "prob"].forEach((name) =>
      input(name).addEventListener("input", answer));
    answer();
    explore.hidden = false;
  }
})();
