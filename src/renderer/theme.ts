// The look: one place for colours, type and the defaults of components. Contrast of every pair meets WCAG 2.2 AA.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const gantry: MantineColorsTuple = ['#edf3ff', '#d8e4ff', '#adc5ff', '#7fa4ff', '#5989fe', '#3f76fd', '#2f6bfc', '#1f5eff', '#1550df', '#0d44c4'];
const dark: MantineColorsTuple = ['#d5d8de', '#b3b8c2', '#8f95a1', '#666d7a', '#434954', '#333841', '#262a31', '#1b1e24', '#15171c', '#0f1115'];
const gray: MantineColorsTuple = ['#f7f8fa', '#eef0f3', '#e3e6ea', '#d5d9df', '#c3c8d0', '#a3a9b4', '#717884', '#565c67', '#3a3f48', '#22262d'];

export const theme = createTheme({
  primaryColor: 'gantry',
  primaryShade: 7,
  colors: { gantry, dark, gray },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  fontFamily: "'Inter Variable', Inter, 'Segoe UI Variable', 'Segoe UI', system-ui, -apple-system, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', 'JetBrains Mono', 'SF Mono', 'Cascadia Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: { fontWeight: '620', sizes: { h1: { fontSize: '1.375rem', lineHeight: '1.3' }, h2: { fontSize: '1.0625rem', lineHeight: '1.4' }, h3: { fontSize: '0.9375rem', lineHeight: '1.4' } } },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.4, blur: 2 } } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end' } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm' }, styles: { root: { textTransform: 'none' } } },
  },
});

/**
 * Words on a breath of their own colour, and in an outline, are darkened until they reach 4.5:1 (measured by axe). In the dark theme a "light" fill is a breath of its colour over the surface, not a block of it.
 */
export const cssVariables: CSSVariablesResolver = (made) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    ...Object.fromEntries(
      Object.keys(made.colors).flatMap((name) => [
        [`--mantine-color-${name}-light-color`, `color-mix(in srgb, var(--mantine-color-${name}-9) 72%, black)`],
        [`--mantine-color-${name}-outline`, `color-mix(in srgb, var(--mantine-color-${name}-9) 72%, black)`],
      ]),
    ),
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    ...Object.fromEntries(
      Object.keys(made.colors).flatMap((name) => [
        [`--mantine-color-${name}-light`, `color-mix(in srgb, var(--mantine-color-${name}-5) 16%, transparent)`],
        [`--mantine-color-${name}-light-hover`, `color-mix(in srgb, var(--mantine-color-${name}-5) 24%, transparent)`],
        [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-3)`],
        [`--mantine-color-${name}-outline`, `var(--mantine-color-${name}-3)`],
      ]),
    ),
  },
});
