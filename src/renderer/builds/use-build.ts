// Follows one build: its events from the first on, painted at most once a frame.
import { useEffect, useState } from 'react';
import { rpc } from '../rpc.ts';
import { applyEvent, emptyBuild, type BuildView } from './build-model.ts';

export interface FollowedBuild { build: BuildView; /** events are there */ isLoaded: boolean; error: unknown }

export function useBuild(host: string, id: string): FollowedBuild {
  const [state, setState] = useState<FollowedBuild>({ build: emptyBuild(id), isLoaded: false, error: undefined });
  useEffect(() => {
    const stop = new AbortController();
    const build = emptyBuild(id);
    let frame = 0;
    const paint = () => {
      frame = 0;
      setState({ build: { ...build, steps: build.steps.map((step) => ({ ...step })) }, isLoaded: build.startedAtMs > 0, error: undefined });
    };
    void (async () => {
      try {
        for await (const event of await rpc.builds.follow({ host, id }, { signal: stop.signal })) {
          applyEvent(build, event);
          frame ||= requestAnimationFrame(paint);
        }
        paint();
      } catch (error) {
        if (!stop.signal.aborted) setState((now) => ({ ...now, error }));
      }
    })();
    return () => {
      stop.abort();
      cancelAnimationFrame(frame);
    };
  }, [host, id]);
  return state;
}
