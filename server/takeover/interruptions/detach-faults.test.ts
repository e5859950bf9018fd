import { detachScene } from './testing/detach-scene.ts';
import { playFaults } from './testing/play-faults.ts';

playFaults(detachScene);
