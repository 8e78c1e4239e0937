// Light, dark, or as the system says.
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

const SCHEMES = [['auto', IconDeviceDesktop], ['light', IconSun], ['dark', IconMoon]] as const;

export function ThemeButton() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Shown = SCHEMES.find(([name]) => name === colorScheme)?.[1] ?? IconDeviceDesktop;
  return (
    <Menu>
      <Menu.Target><ActionIcon size="lg" aria-label={t('theme.label')}><Shown size={18} stroke={1.7} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(([name, Icon]) => (
          <Menu.Item key={name} leftSection={<Icon size={16} />} rightSection={name === colorScheme ? <IconCheck size={14} /> : null} onClick={() => setColorScheme(name)}>{t(`theme.${name}`)}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
