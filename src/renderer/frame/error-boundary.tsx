// A view that breaks must not take the frame with it.
import { Alert, Button, Code, Stack } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Translation } from 'react-i18next';

export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Translation>
        {(t) => (
          <Alert color="red" title={t('broken.title')} m="lg">
            <Stack gap="sm" align="flex-start">
              {t('broken.text')}
              <Code block>{error.message}</Code>
              <Button size="xs" variant="default" onClick={() => this.setState({ error: undefined as never })}>{t('retry')}</Button>
            </Stack>
          </Alert>
        )}
      </Translation>
    );
  }
}
