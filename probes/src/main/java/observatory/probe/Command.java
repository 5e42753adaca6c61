package observatory.probe;

/**
 * What an operator may tell a running trainer, and all that may come back to it. It is applied between two steps and
 * answered by a {@link RunEvent.Kind#COMMAND} event that says applied, refused and why, or reverted.
 */
public sealed interface Command permits ProbeCommand, TrainerCommand {}
