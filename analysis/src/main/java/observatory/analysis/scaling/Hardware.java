package observatory.analysis.scaling;

/**
 * What trains: how many devices and what each of them achieves on this model, in floating-point operations a second, of
 * the model alone (6·N·D; recomputed activations not counted).
 */
public record Hardware(int devices, double achieved) {
    public Hardware {
        if (devices < 1 || !(achieved > 0)) {
            throw new IllegalArgumentException(
                    "hardware is one device or more of a rate above 0: devices=" + devices + ", rate=" + achieved);
        }
    }

    public double deviceHours(double flops) {
        return flops / achieved / 3600;
    }

    public double days(double flops) {
        return deviceHours(flops) / devices / 24;
    }
}
