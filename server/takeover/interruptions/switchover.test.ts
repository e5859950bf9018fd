import { switchoverScene } from './switchover-scene.ts';
import { playDeaths } from './play-deaths.ts';

playDeaths(switchoverScene);
