"""Who writes beside whom: nobody, or several as one."""
