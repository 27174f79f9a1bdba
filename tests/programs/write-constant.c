// expect: crashed
// finds: writes address 0x11000, which is not mapped for writing
const int constant = 1;

int main(void) {
    *(volatile int *)&constant = 2;
    return 0;
}
