// Contacts by day, a line for each purpose and channel: drag to zoom, double click to see all again.
addEventListener("DOMContentLoaded", async () => {
  const place = document.getElementById("plot");
  if (!place || !window.uPlot) return;
  const answer = await fetch(place.dataset.numbers);
  if (!answer.ok || answer.redirected) return;
  const { days, lines } = await answer.json();
  const colours = ["#066fd1", "#d63939", "#2fb344", "#f59f00", "#ae3ec9", "#0ca678", "#d6336c", "#7048e8", "#74b816", "#17a2b8"];
  const dashes = [[], [6, 3], [2, 3]];
  const day = (index) => days[index] ?? "";
  let plot;
  const draw = () => {
    const { color: ink, borderTopColor: faint } = getComputedStyle(place);
    const axis = { stroke: ink, grid: { stroke: faint, width: 1 }, ticks: { stroke: faint, width: 1 } };
    plot?.destroy();
    plot = new uPlot({
      width: place.clientWidth,
      height: Math.max(240, Math.min(420, innerHeight / 2)),
      scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.05] } },
      axes: [
        { ...axis, space: 90, incrs: [1, 2, 7, 14, 30, 91], values: (_, at) => at.map((one) => day(one)) },
        { ...axis, size: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6] },
      ],
      series: [
        { label: "Day", value: (_, at) => (at == null ? "" : day(at)) },
        ...lines.map((line, i) => ({
          label: line.name,
          stroke: colours[i % colours.length],
          dash: dashes[Math.floor(i / colours.length) % dashes.length],
          width: 2,
          points: { show: days.length < 40 },
        })),
      ],
      cursor: { drag: { x: true, y: false } },
      hooks: { setScale: [({ scales: { x } }) => { place.dataset.seen = `${day(Math.round(x.min))} ${day(Math.round(x.max))}`; }] },
    }, [days.map((_, i) => i), ...lines.map((line) => line.counts)], place);
  };
  place.hidden = document.getElementById("plot-hint").hidden = false;
  draw();
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: plot.height })).observe(place);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
});
