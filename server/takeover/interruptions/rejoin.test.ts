import { rejoinScene } from './testing/rejoin-scene.ts';
import { playDeaths } from './testing/play-deaths.ts';

playDeaths(rejoinScene);
