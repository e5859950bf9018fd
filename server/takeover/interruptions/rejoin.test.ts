import { rejoinScene } from './rejoin-scene.ts';
import { playDeaths } from './play-deaths.ts';

playDeaths(rejoinScene);
