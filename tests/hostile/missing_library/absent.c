int weft_hostile_absent(void);
int weft_hostile_absent(void) { return 0; }
