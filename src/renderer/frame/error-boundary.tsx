// A view that breaks must not take the frame with it, nor the next view.
import { Alert, Button, Code, Stack } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Translation } from 'react-i18next';

interface Props { place: string; children: ReactNode }
interface State { place: string; error?: Error | undefined }

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { place: this.props.place };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  /** Another place is another chance. */
  static getDerivedStateFromProps({ place }: Props, state: State): State | null {
    return place === state.place ? null : { place, error: undefined };
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
              <Button size="xs" variant="default" onClick={() => this.setState({ error: undefined })}>{t('retry')}</Button>
            </Stack>
          </Alert>
        )}
      </Translation>
    );
  }
}
