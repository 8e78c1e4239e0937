// Rectangles whose areas are sizes, as close to squares as they get (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).

export interface Box { x: number; y: number; width: number; height: number }

/** One box for each size, in order. @param sizes largest first, none below 0; what is 0 gets an empty box */
export function squarify(sizes: readonly number[], box: Box): Box[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= 0 || box.width <= 0 || box.height <= 0) return sizes.map(() => ({ x: box.x, y: box.y, width: 0, height: 0 }));
  const scale = (box.width * box.height) / total;
  const boxes: Box[] = [];
  let rest = { ...box };
  for (let from = 0; from < sizes.length; ) {
    const side = Math.min(rest.width, rest.height);
    let to = from + 1;
    let area = (sizes[from] as number) * scale;
    let worst = ratio([area], area, side);
    for (; to < sizes.length; to++) {
      const next = (sizes[to] as number) * scale;
      const with_ = ratio(sizes.slice(from, to + 1).map((size) => size * scale), area + next, side);
      if (with_ > worst) break;
      worst = with_;
      area += next;
    }
    const thickness = side === 0 ? 0 : area / side;
    let along = 0;
    for (let i = from; i < to; i++) {
      const length = thickness === 0 ? 0 : ((sizes[i] as number) * scale) / thickness;
      boxes.push(rest.width >= rest.height ? { x: rest.x, y: rest.y + along, width: thickness, height: length } : { x: rest.x + along, y: rest.y, width: length, height: thickness });
      along += length;
    }
    rest = rest.width >= rest.height
      ? { x: rest.x + thickness, y: rest.y, width: Math.max(0, rest.width - thickness), height: rest.height }
      : { x: rest.x, y: rest.y + thickness, width: rest.width, height: Math.max(0, rest.height - thickness) };
    from = to;
  }
  return boxes;
}

function ratio(areas: number[], sum: number, side: number): number {
  const largest = Math.max(...areas);
  const least = Math.min(...areas);
  if (least <= 0 || sum <= 0) return Infinity;
  return Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * least));
}
