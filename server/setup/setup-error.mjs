/** A set-up that cannot go on, told in one line; `exitCode` is what the command ends with (2: the machine lacks something). */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {number} exitCode
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
