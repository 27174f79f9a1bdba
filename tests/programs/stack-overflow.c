// expect: crashed
// finds: overflows its stack
int deep(int n) {
    volatile int room[1000];
    room[0] = n;
    return deep(n + 1) + room[0];
}

int main(void) {
    return deep(0);
}
