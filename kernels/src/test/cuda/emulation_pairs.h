// The comparisons of pairs.cuh. Included once for each element type of 16 bits.
template <class Choose>
inline unsigned pairwise(unsigned a, unsigned b, Choose choose) {
    Element left[2], right[2], chosen[2];
    std::memcpy(left, &a, sizeof left);
    std::memcpy(right, &b, sizeof right);
    for (int i = 0; i < 2; i++) chosen[i] = choose(widen(left[i]), widen(right[i])) ? left[i] : right[i];
    unsigned pair;
    std::memcpy(&pair, chosen, sizeof pair);
    return pair;
}
inline unsigned greaterPair(unsigned a, unsigned b) {
    return pairwise(a, b, [](float x, float y) { return x > y; });
}
inline unsigned lesserPair(unsigned a, unsigned b) {
    return pairwise(a, b, [](float x, float y) { return x < y; });
}
