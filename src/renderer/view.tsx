// A view that loads when first shown, or before: what is loaded already is drawn at once. React's own `lazy` always suspends first,
// and once a fallback was shown React holds what replaces it back for 300 ms (FALLBACK_THROTTLE_MS in react-reconciler).
import { lazy, useState, type ComponentType } from 'react';

export type View = ComponentType & { preload(): Promise<void> };

type Module = { default: ComponentType };

export function view(load: () => Promise<Module>): View {
  let loaded: ComponentType | undefined;
  let loading: Promise<Module> | undefined;
  const once = () => (loading ??= load().then(
    (module) => { loaded = module.default; return module; },
    (error: unknown) => { loading = undefined; throw error; }, // the next visit tries again
  ));
  const Later = lazy(once);
  function View() {
    const [Now] = useState(() => loaded); // stays what it was: a view must not begin anew when its module arrives
    return Now ? <Now /> : <Later />;
  }
  return Object.assign(View, { preload: async () => void (await once()) });
}

const AFTER_START_MS = 1500; // the first view and its data come first

/** Loads the other views one by one while nothing else happens. */
export function preloadViews(views: readonly View[]): void {
  const rest = [...views];
  const next = () => {
    const one = rest.shift();
    if (one) requestIdleCallback(() => void one.preload().then(next, next)); // a failure shows when the view is opened
  };
  setTimeout(next, AFTER_START_MS);
}
