import type { TakeoverPlan } from '../../contract/takeover.ts';
import { draftPlan } from '../plan.ts';
import { Plans } from '../plans.ts';
import { examplePlanInput, type ExampleChange } from './example-plan.ts';

/** For pictures of the review page: the plan that an example leads to, as if it had been made at this moment. */
export function fakePlan(change: ExampleChange, now: number): TakeoverPlan {
  const input = examplePlanInput(change);
  const draft = draftPlan(input);
  if (!draft) throw new Error('the example has no such server');
  const plans = new Plans(
    () => now,
    () => 'fake-plan',
  );
  const plan = plans.add(input, draft, { budgetSeconds: 60, longWriteSeconds: 10 });
  const { cost } = plan;
  const lossKnownAsOf = cost.lossKnownAsOf === null ? null : new Date(now - 3_200).toISOString();
  return { ...plan, observedAt: new Date(now).toISOString(), cost: { ...cost, lossKnownAsOf } };
}
