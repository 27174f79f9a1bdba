int main(int argc, char *argv[]) {
    long double numbers[2] = { argc };
    (void)argv;
    return nubmers[0];
}
