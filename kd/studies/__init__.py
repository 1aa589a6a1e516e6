"""Many runs that differ in one thing each: where does distillation help, and how sure is that?"""
