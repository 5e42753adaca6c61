package observatory.probe;

/** How many of a tensor's finite elements are larger in magnitude than a threshold. */
public record Tail(long finite, long above) {
    public double share() {
        return finite == 0 ? Double.NaN : (double) above / finite;
    }
}
