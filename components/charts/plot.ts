import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Aligned } from './aligned.ts';

export interface PlotLine {
  name: string;
  /** Name of the CSS variable of its colour. */
  colour: string;
  dash: number[];
}

export interface PlotContent {
  data: Aligned;
  top: number;
  limits: { warnSeconds: number; criticalSeconds: number } | null;
}

export interface Plot {
  show(content: PlotContent): void;
  close(): void;
}

const height = 260;

/**
 * Draws series over time into `target`, as wide as it is. `tell` writes a value on the axis; `point` hears the place
 * that the pointer is at, null when it leaves. Colours are the page's, read again when light turns to dark.
 */
export function openPlot(
  target: HTMLElement,
  lines: readonly PlotLine[],
  content: PlotContent,
  tell: (value: number) => string,
  point: (place: number | null) => void,
): Plot {
  let shown = content;
  let chart = make();
  const size = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height }));
  size.observe(target);
  const scheme = window.matchMedia('(prefers-color-scheme: dark)');
  const remake = () => {
    chart.destroy();
    chart = make();
  };
  scheme.addEventListener('change', remake);

  function make(): uPlot {
    const style = getComputedStyle(target);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = {
      stroke: colour('--ink-faint'),
      font,
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    return new uPlot(
      {
        width: target.clientWidth,
        height,
        padding: [12, 28, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 7 }, drag: { setScale: false } },
        scales: { x: { time: true }, y: { range: () => [0, shown.top] } },
        axes: [
          {
            ...axis,
            space: (_chart, _axis, _from, _to, width) => (width < 420 ? 46 : 72),
            values: (_, splits, _axis, _space, step) => splits.map((at) => timeText(at, step)),
          },
          { ...axis, size: 56, space: 40, values: (_, splits) => splits.map(tell) },
        ],
        series: [
          {},
          ...lines.map((line) => ({
            label: line.name,
            stroke: colour(line.colour),
            width: 1.5,
            dash: line.dash,
            spanGaps: false,
            points: { show: false },
          })),
        ],
        hooks: {
          draw: [(drawn: uPlot) => drawLimits(drawn, shown.limits, colour, font)],
          setCursor: [(drawn: uPlot) => point(drawn.cursor.idx ?? null)],
        },
      },
      shown.data,
      target,
    );
  }

  return {
    show(next) {
      shown = next;
      chart.setData(next.data);
    },
    close() {
      size.disconnect();
      scheme.removeEventListener('change', remake);
      chart.destroy();
    },
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A time on the axis, in the reader's zone, with as much of it as the step needs. */
function timeText(atSeconds: number, stepSeconds: number): string {
  const at = new Date(atSeconds * 1000);
  if (stepSeconds >= 86_400) return `${at.getDate()} ${at.toLocaleDateString('en-GB', { month: 'short' })}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return stepSeconds < 60 ? `${time}:${two(at.getSeconds())}` : time;
}

/** The lines at which a lag becomes a warning, and critical, named at their end. */
function drawLimits(chart: uPlot, limits: PlotContent['limits'], colour: (name: string) => string, font: string): void {
  if (limits === null) return;
  const { ctx, bbox, scales } = chart;
  const density = devicePixelRatio;
  ctx.save();
  ctx.font = font.replace('12px', `${12 * density}px`);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = density;
  ctx.setLineDash([4 * density, 4 * density]);
  for (const [value, name, text] of [
    [limits.warnSeconds, '--caution', 'warning'],
    [limits.criticalSeconds, '--critical', 'critical'],
  ] as const) {
    if (value > (scales['y']?.max ?? 0)) continue;
    const y = Math.round(chart.valToPos(value, 'y', true));
    ctx.strokeStyle = colour(name);
    ctx.fillStyle = colour(name);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(`${text} ${value} s`, bbox.left + bbox.width, y - 3 * density);
  }
  ctx.restore();
}
