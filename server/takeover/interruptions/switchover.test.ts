import { switchoverScene } from './testing/switchover-scene.ts';
import { playDeaths } from './testing/play-deaths.ts';

playDeaths(switchoverScene);
