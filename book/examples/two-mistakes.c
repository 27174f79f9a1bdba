int main(int argc, char **argv) {
    int numbers[argc];
    numbers[0] = 1;
    return nubmers[0];
}
