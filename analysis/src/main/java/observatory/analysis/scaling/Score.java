package observatory.analysis.scaling;

/** A score and its standard error, in the same unit; an error of 0 where none is known. */
public record Score(double value, double standardError) {}
