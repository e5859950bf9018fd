import { detachScene } from './detach-scene.ts';
import { playDeaths } from './play-deaths.ts';

playDeaths(detachScene);
