// The mark and the name.
import { Link } from 'wouter';
import classes from './frame.module.css';

export function Brand() {
  return (
    <Link href="/" className={classes.brand ?? ''}>
      <img src="/icon.svg" width={26} height={26} alt="" />
      <span>Gantry</span>
    </Link>
  );
}
