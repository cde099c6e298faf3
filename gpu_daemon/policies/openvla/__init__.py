"""OpenVLA: a 7B vision-language model that answers with action tokens, run natively."""
