import { detachScene } from './testing/detach-scene.ts';
import { playDeaths } from './testing/play-deaths.ts';

playDeaths(detachScene);
