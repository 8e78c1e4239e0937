// Providers around the frame.
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Frame } from './frame/frame.tsx';
import { queryClient } from './queries.ts';
import { cssVariables, theme } from './theme.ts';

const colourScheme = localStorageColorSchemeManager({ key: 'gantry.theme' });

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" colorSchemeManager={colourScheme}>
        <ModalsProvider>
          <Notifications position="bottom-right" limit={4} />
          <Frame />
        </ModalsProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}
